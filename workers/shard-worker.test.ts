import { describe, expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { createMemoryStream } from "#adapters/memory/stream.ts";
import { createMemoryMeter } from "#adapters/memory/meter.ts";
import { PipelineError } from "#core/errors.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { utf8Bytes } from "#core/utf8.ts";
import { followShard } from "./shard-worker.ts";

const NOW = epochMs(1_700_000_000_000);
const minute = durationMs(60_000);
const LIFE = durationMs(1_000);
/** By then a worker has tried again: it pauses five seconds at most. */
const PAUSE = durationMs(5_000);
const TRADE = utf8Bytes(`{"symbol":"A","price":"1","size":"1","eventTimeMs":${NOW}}`);

/** A shard with one trade, which a worker has folded and not stored yet. */
const openStage = async () => {
  const clock = createManualClock(NOW);
  const stream = createMemoryStream({ clock });
  const [shard] = stream.openShards() as [string];
  const waiting: ShardRecord[] = [stream.append(shard, TRADE)];
  const memory = createMemoryLifePorts({ shards: stream, clock });
  const store = { isDown: false, isRefusing: false };
  const put: typeof memory.panes.put = async (panes) => {
    const [retryable, words] = [!store.isRefusing, "the store must answer"];
    if (store.isDown || store.isRefusing) throw new PipelineError("TAPE_STORE_UNAVAILABLE", words, { retryable });
    await memory.panes.put(panes);
  };
  const warnings: string[] = [];
  const steps = { count: 0 };
  const stop = new AbortController();
  const done = followShard(
    {
      ports: { ...memory, panes: { ...memory.panes, put } },
      rules: {
        intervalsMs: [minute],
        maxOutOfOrdernessMs: minute,
        clockSkewMs: minute,
        maxStateBytes: 100_000,
        retentionMs: minute,
      },
      clock,
      log: { info: () => undefined, warn: (words) => warnings.push(words), error: () => undefined },
      meter: createMemoryMeter(),
      stream: "ticks",
      shard,
      feed: {
        next: async () => {
          await clock.sleep(durationMs(1));
          return waiting.splice(0);
        },
      },
      lifeEnd: (nowMs) => epochMs(nowMs + LIFE),
      onStored: async () => undefined,
      onStep: () => (steps.count += 1),
    },
    stop.signal,
  );
  await clock.advance(1);
  const end = async (): Promise<void> => {
    stop.abort();
    await clock.advance(1);
    await done;
  };
  return { store, end, done, clock, warnings, steps, checkpoint: () => memory.checkpoints.get("ticks", shard) };
};

describe("a worker that is to leave its shard", () => {
  test("stores what it holds", async () => {
    const { end, checkpoint } = await openStage();
    await end();
    expect((await checkpoint())?.counts.trades).toBe(1);
  });

  test("leaves it though the store is down, and whoever comes next folds the same again", async () => {
    const { store, end, warnings, checkpoint } = await openStage();
    store.isDown = true;
    await end();
    expect([await checkpoint(), warnings]).toEqual([undefined, ["left without storing"]]);
  });
});

describe("a worker whose store fails", () => {
  test("tries again as long as that may help", async () => {
    const { store, clock, end, checkpoint } = await openStage();
    store.isDown = true;
    await clock.advance(LIFE);
    store.isDown = false;
    await clock.advance(PAUSE);
    expect((await checkpoint())?.counts.trades).toBe(1);
    await end();
  });

  test("makes no step meanwhile", async () => {
    const { store, clock, steps, end } = await openStage();
    store.isDown = true;
    await clock.advance(LIFE);
    const before = steps.count;
    expect(before).toBeGreaterThan(0);
    await clock.advance(LIFE);
    expect(steps.count).toBe(before);
    store.isDown = false;
    await clock.advance(PAUSE);
    expect(steps.count).toBeGreaterThan(before);
    await end();
  });

  test("ends when it is refused what it asks", async () => {
    const { store, clock, done } = await openStage();
    store.isRefusing = true;
    const ended = expect(done).rejects.toMatchObject({ code: "TAPE_STORE_UNAVAILABLE" });
    await clock.advance(LIFE);
    await ended;
  });
});
