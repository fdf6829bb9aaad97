import { setTimeout as delay } from "node:timers/promises";
import type { Benchmark } from "./benchmark.ts";
import { figureOf } from "./figure.ts";
import { agesOf } from "./latency.ts";
import { openRig } from "./pipeline-rig.ts";

const CLIENTS = 200;
const TRADES_PER_SECOND = 1_000;
const WARM_UP_MS = 15_000;
const SECONDS = 30;
const PEEK_MS = 250;

/** The socket of the local gateway under many clients of 20 of 500 symbols each, while 1,000 trades a second come in. */
export const socketBenchmark: Benchmark = {
  names: ["socket.snapshot_ms", "socket.messages_per_s", "socket.kb_per_s", "socket.trade_to_message_ms"],
  measure: async function* ({ isQuick, progress }) {
    const clientCount = isQuick ? 10 : CLIENTS;
    const title = `${clientCount} clients`;
    progress(`socket: ${title}`);
    await using rig = await openRig({ tradesPerSecond: TRADES_PER_SECOND, clientCount });
    const snapshotMs: number[] = [];
    for (const fromMs = performance.now(); snapshotMs.length < clientCount; await delay(PEEK_MS)) {
      snapshotMs.push(...(await rig.observer.report()).snapshotMs);
      if (performance.now() - fromMs > 60_000)
        throw new RangeError(
          `all ${clientCount} clients must get a snapshot, ${snapshotMs.length} did within a minute`,
        );
    }
    yield* agesOf("socket.snapshot_ms", `${title} at once`, snapshotMs);
    await delay(isQuick ? 1_000 : WARM_UP_MS);
    await rig.observer.report();
    const seconds = isQuick ? 5 : SECONDS;
    await delay(seconds * 1_000);
    const { messages, bytes, messageMs, openSockets } = await rig.observer.report();
    if (openSockets < clientCount)
      throw new RangeError(`all ${clientCount} sockets must stay open, ${openSockets} did`);
    yield figureOf({ name: "socket.messages_per_s", case: title, unit: "messages/s" }, [messages / seconds]);
    yield figureOf({ name: "socket.kb_per_s", case: title, unit: "KB/s" }, [bytes / seconds / 1_024]);
    yield* agesOf("socket.trade_to_message_ms", title, messageMs);
  },
};
