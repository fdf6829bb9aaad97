import { readServerMessage } from "#core/protocol/server-message.ts";
import { epochMs } from "#core/units.ts";
import { createMessage } from "#lambdas/ws-broadcast/message.ts";
import {
  checkpointAt,
  createSocketPorts,
  messageEvent,
  minuteMs,
  minutePane,
  registerOf,
  startMs,
} from "./socket-stage.ts";

/** How a client asks for the last three minutes of IBM. */
export const subscribe = { action: "subscribe", symbols: ["IBM"], intervalMs: minuteMs, bars: 3 } as const;

/** What connections want after {@link subscribe}. */
export const WANTED = [{ connectionId: "c1", wants: [{ symbol: "IBM", intervalMs: minuteMs }] }];

/** A client, and in the store minutes 0 to 9 of IBM and SPY, the newest trade in minute 9. */
export const openMessageStage = async () => {
  const ports = createSocketPorts();
  const minutes = Array.from({ length: 10 }, (_, minute) => minute);
  await ports.panes.put(minutes.flatMap((minute) => [minutePane("IBM", minute, 5), minutePane("SPY", minute, 5)]));
  await ports.checkpoints.put(checkpointAt(epochMs(startMs + 9 * minuteMs + 1), 5));
  const send = createMessage(ports);
  return {
    ...ports,
    send: async (message: Parameters<typeof messageEvent>[1]) => send(messageEvent("c1", message)),
    got: () => ports.sink.sent("c1").map(readServerMessage),
  };
};

/** The minutes that the panes of some messages are of. */
export const startsIn = (messages: readonly string[]): readonly number[] =>
  registerOf(messages)
    .panes()
    .map((pane) => (pane.startMs - startMs) / minuteMs);
