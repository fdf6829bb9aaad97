import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { countOf, number } from "../output.ts";
import { createProgressLine } from "../progress-line.ts";
import type { WorkerName, WorkerProcess } from "./worker-processes.ts";

const RATE_SECONDS = 5;
const ASK_MS = 1_000;

/** Shows each second what moves, as the workers' metrics say, until the signal or the end of the time given. */
export const showProgress = async (
  workers: readonly WorkerProcess[],
  stop: AbortSignal,
  seconds: number | undefined,
): Promise<void> => {
  const progress = createProgressLine();
  const stopped = once(stop, "abort");
  const recent: number[] = [];
  for (let second = 0; !stop.aborted && second !== seconds; second++) {
    await Promise.race([delay(ASK_MS), stopped]);
    if (stop.aborted) break;
    const trades = await metric(workers, "aggregator", /^tapestream_shard_count\{.*kind="trades".*\} (\d+)$/gm);
    const connections = await metric(workers, "broadcaster", /^tapestream_connections (\d+)$/gm);
    recent.push(trades);
    if (recent.length > RATE_SECONDS + 1) recent.shift();
    const rate = Math.round((trades - recent[0]!) / Math.max(1, recent.length - 1));
    progress.show([countOf(trades, "trade"), `${number(rate)}/s`, countOf(connections, "connection")].join("   "));
  }
  progress.end();
};

/** The sum of a worker's numbers that `line` finds, 0 when it cannot be asked. */
const metric = async (workers: readonly WorkerProcess[], name: WorkerName, line: RegExp): Promise<number> => {
  const port = workers.find((worker) => worker.name === name)?.healthPort;
  const text = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(ASK_MS) }).then(
    (response) => response.text(),
    () => "",
  );
  return [...text.matchAll(line)].reduce((sum, [, value]) => sum + Number(value), 0);
};
