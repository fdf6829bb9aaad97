import { setTimeout as delay } from "node:timers/promises";
import { openKafkaFrameStream } from "#adapters/kafka/frame-stream.ts";
import type { KafkaOptions } from "#adapters/kafka/topic.ts";
import type { CutFrame } from "#core/frame/framer.ts";
import { LINGER_MS } from "./kafka-market.ts";
import { cpuMsByPart, type KafkaRig } from "./kafka-rig.ts";
import { mustBeTaken } from "./kafka-topics.ts";
import { MARKET_STARTS_MS } from "./synthetic-market.ts";

/** What came of a steady stream of trades. */
export interface SteadyRun {
  /** How old the newest folded trade of the slowest shard was, look by look, while trades came. */
  readonly lagsMs: readonly number[];
  /** From the last frame's being offered until all was folded, and until all was stored. */
  readonly foldedAfterMs: number;
  readonly storedAfterMs: number;
  /** CPU milliseconds while trades came. */
  readonly cpuMs: ReadonlyMap<string, number>;
  readonly elapsedMs: number;
}

const LOOK_MS = 100;
const LONGEST_MS = 60_000;

/** Offers the frames of each step when they are due, and looks on. */
export const runSteadily = async (
  kafka: KafkaOptions,
  rig: KafkaRig,
  steps: readonly (readonly CutFrame[])[],
): Promise<SteadyRun> => {
  const tradeCount = steps.flat().reduce((sum, frame) => sum + frame.tradeCount, 0);
  await using stream = openKafkaFrameStream({ ...kafka, topic: rig.topic });
  const [before, startedMs] = [cpuMsByPart(), performance.now()];
  const abort = new AbortController();
  const looking = lagsOf(rig, startedMs, abort.signal);
  const putting: Promise<readonly unknown[]>[] = [];
  for (const [i, frames] of steps.entries()) {
    await delay(Math.max(0, startedMs + (i + 1) * LINGER_MS - performance.now()));
    putting.push(stream.put(frames));
  }
  const [after, endedMs] = [cpuMsByPart(), performance.now()];
  for (const places of await Promise.all(putting)) mustBeTaken(places);
  await until(async () => (await rig.folded()).trades >= tradeCount);
  const foldedMs = performance.now();
  abort.abort();
  const lagsMs = await looking;
  await until(async () => (await rig.stored()).trades >= tradeCount);
  return {
    lagsMs,
    foldedAfterMs: foldedMs - endedMs,
    storedAfterMs: performance.now() - endedMs,
    cpuMs: new Map([...after].map(([part, ms]) => [part, ms - (before.get(part) ?? 0)])),
    elapsedMs: endedMs - startedMs,
  };
};

const lagsOf = async (rig: KafkaRig, startedMs: number, signal: AbortSignal): Promise<readonly number[]> => {
  const lags: number[] = [];
  while (!signal.aborted) {
    const { newestMs } = await rig.folded();
    const atMs = performance.now() - startedMs;
    if (newestMs !== undefined) lags.push(atMs - (newestMs - MARKET_STARTS_MS));
    await delay(LOOK_MS);
  }
  return lags;
};

/** @throws RangeError when it takes longer than a minute. */
export const until = async (isDone: () => Promise<boolean>): Promise<void> => {
  const giveUpMs = performance.now() + LONGEST_MS;
  while (!(await isDone())) {
    if (performance.now() > giveUpMs)
      throw new RangeError(`all trades must be folded and stored within ${LONGEST_MS} ms`);
    await delay(LOOK_MS / 2);
  }
};
