import type { DurationMs } from "#core/units.ts";
import { createBroadcast } from "#lambdas/ws-broadcast/broadcast.ts";
import { createSocketPorts, registerOf } from "./socket-stage.ts";

type Wanted = readonly [connectionId: string, symbol: string, intervalMs: DurationMs];

/** Clients that want what they want, and what tells them. */
export const openBroadcastStage = async (...wanted: readonly Wanted[]) => {
  const ports = createSocketPorts();
  await ports.connections.subscribe(
    wanted.map(([connectionId, symbol, intervalMs]) => ({ connectionId, symbol, intervalMs })),
  );
  const broadcast = createBroadcast(ports);
  return {
    ...ports,
    broadcast,
    /** Broadcasts while the clock runs on. */
    broadcastInTime: async (event: Parameters<typeof broadcast>[0]) => {
      const done = broadcast(event);
      await ports.clock.advance(10_000);
      await done;
    },
    panesGot: (connectionId: string) => registerOf(ports.sink.sent(connectionId)).panes(),
  };
};
