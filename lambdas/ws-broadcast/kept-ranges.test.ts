import { beforeEach, describe, expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryPaneStore } from "#adapters/memory/pane-store.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { checkpointAt, minuteMs, minutePane, startMs } from "#test/socket-stage.ts";
import { createKeptRanges, type StoreState } from "./kept-ranges.ts";

const clock = createManualClock(startMs);
const panes = createMemoryPaneStore();
let reads: number;
let keptRanges: ReturnType<typeof createKeptRanges>;

beforeEach(async () => {
  reads = 0;
  await panes.put([minutePane("IBM", 0, 1)]);
  keptRanges = createKeptRanges({ panes: { range: (range) => (reads++, panes.range(range)) }, clock });
});

const state = (marked: number | undefined, last = 1): StoreState => ({
  marks: marked === undefined ? [] : [{ stream: "ticks", shard: "shardId-000000000000", last: positionOf(marked) }],
  checkpoints: [checkpointAt(startMs, last)],
});
const positionOf = (last: number) => sequenceNumber(String(last));

const readIn = (given: StoreState, symbol = "IBM") =>
  keptRanges(given)({ symbol, intervalMs: minuteMs, startMs, endMs: epochMs(startMs + minuteMs) });

describe("ranges of panes", () => {
  test("are read once for all who come while the marks stand", async () => {
    const first = await readIn(state(1));
    expect(first).toEqual([minutePane("IBM", 0, 1)]);
    expect(await readIn(state(1))).toEqual(first);
    expect(reads).toBe(1);
    expect(await readIn(state(1), "SPY")).toEqual([]);
    expect(reads).toBe(2);
  });

  test("are read again once a mark has moved, though its checkpoint has not yet", async () => {
    await readIn(state(1));
    await panes.put([minutePane("IBM", 0, 2)]);
    expect(await readIn(state(2))).toEqual([minutePane("IBM", 0, 2)]);
  });

  test("are not remembered where a checkpoint is ahead of its mark, or nothing is marked", async () => {
    for (const unsure of [state(1, 2), state(undefined)]) {
      reads = 0;
      for (let time = 0; time < 2; time++) await readIn(unsure);
      expect(reads).toBe(2);
    }
  });

  test("are forgotten after a minute", async () => {
    await readIn(state(1));
    await clock.advance(durationMs(59_999));
    await readIn(state(1));
    expect(reads).toBe(1);
    await clock.advance(durationMs(1));
    await readIn(state(1));
    expect(reads).toBe(2);
  });
});
