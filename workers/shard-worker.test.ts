import { describe, expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { createMemoryStream } from "#adapters/memory/stream.ts";
import { PipelineError } from "#core/errors.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { utf8Bytes } from "#core/utf8.ts";
import { followShard } from "./shard-worker.ts";

const NOW = epochMs(1_700_000_000_000);
const minute = durationMs(60_000);
const TRADE = utf8Bytes(`{"symbol":"A","price":"1","size":"1","eventTimeMs":${NOW}}`);

/** A shard with one trade, which a worker has folded and not stored yet. */
const openStage = async () => {
  const clock = createManualClock(NOW);
  const stream = createMemoryStream({ clock });
  const [shard] = stream.openShards() as [string];
  const waiting: ShardRecord[] = [stream.append(shard, TRADE)];
  const memory = createMemoryLifePorts({ shards: stream, clock });
  const store = { isDown: false };
  const put: typeof memory.panes.put = async (panes) => {
    if (store.isDown) throw new PipelineError("TAPE_STORE_UNAVAILABLE", "the store must answer", { retryable: true });
    await memory.panes.put(panes);
  };
  const warnings: string[] = [];
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
      stream: "ticks",
      shard,
      feed: {
        next: async () => {
          await clock.sleep(durationMs(1));
          return waiting.splice(0);
        },
      },
      lifeMs: durationMs(3_600_000),
      onStored: async () => undefined,
    },
    stop.signal,
  );
  await clock.advance(1);
  const end = async (): Promise<void> => {
    stop.abort();
    await clock.advance(1);
    await done;
  };
  return { store, end, warnings, checkpoint: () => memory.checkpoints.get("ticks", shard) };
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
