import { describe, expect, test } from "vitest";
import { countsOf } from "#core/shard-counts.ts";
import type { ProducerFrames } from "#core/step-tally.ts";
import { epochMs, sequenceDigits, sequenceNumber, type SequenceNumber } from "#core/units.ts";
import { createKeptLog } from "#test/socket-stage.ts";
import { FoldedBatches } from "./folded-batches.ts";

interface Given {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  readonly producers?: readonly ProducerFrames[];
  readonly isLast?: boolean;
}

interface Span {
  readonly firstSequence: SequenceNumber;
  readonly lastSequence: SequenceNumber;
}

const framesOf = (producer: string, firstFrame: number, lastFrame: number): ProducerFrames => ({
  producer,
  firstFrame,
  lastFrame,
  frames: lastFrame - firstFrame + 1,
});

const openStage = () => {
  const log = createKeptLog();
  const folded = new FoldedBatches(log);
  const add = ({ atMs, from, to, producers = [], isLast = false }: Given): void => {
    const [firstSequence, lastSequence] = [sequenceNumber(String(from)), sequenceNumber(String(to))];
    const counts = countsOf((name) => (name === "trades" ? 10 : 0));
    folded.add({
      shard: "ticks-0",
      records: Array.from({ length: to - from + 1 }),
      startedMs: epochMs(atMs),
      outcome: {
        state: isLast ? undefined : new Uint8Array(to),
        report: { counts, producers, firstSequence, lastSequence, updateRecords: 1 },
      },
    });
  };
  const spans = () =>
    log.lines.map(({ fields }) => {
      const [{ firstSequence, lastSequence }] = (fields as { readonly shards: readonly [Span] }).shards;
      return [Number(sequenceDigits(firstSequence)), Number(sequenceDigits(lastSequence))];
    });
  return { log, folded, add, spans };
};

describe("what a log is told of batches that follow each other", () => {
  test("is a line a second, which says of all of them what it would of one", () => {
    const { log, add } = openStage();
    add({ atMs: 0, from: 1, to: 2, producers: [framesOf("aa", 4, 5)] });
    add({ atMs: 400, from: 3, to: 3, producers: [framesOf("bb", 9, 9)] });
    expect(log.lines).toEqual([]);
    add({ atMs: 1_000, from: 4, to: 7, producers: [framesOf("aa", 6, 8)] });
    expect(log.lines).toEqual([
      {
        level: "info",
        message: "batch folded",
        fields: {
          producers: [framesOf("aa", 4, 8), framesOf("bb", 9, 9)],
          shards: [
            { shard: "ticks-0", firstSequence: sequenceNumber("1"), lastSequence: sequenceNumber("7"), records: 7 },
          ],
          trades: 30,
          updateRecords: 3,
          stateBytes: 7,
          isLifeOver: false,
        },
      },
    ]);
  });

  test("comes when a life is over, and no batch is told twice or left out", () => {
    const { folded, add, spans } = openStage();
    add({ atMs: 0, from: 1, to: 2 });
    add({ atMs: 10, from: 3, to: 4, isLast: true });
    expect(spans()).toEqual([[1, 4]]);
    add({ atMs: 20, from: 5, to: 6 });
    add({ atMs: 1_020, from: 7, to: 7 });
    add({ atMs: 1_030, from: 8, to: 8 });
    folded.tell();
    folded.tell();
    expect(spans()).toEqual([
      [1, 4],
      [5, 7],
      [8, 8],
    ]);
  });
});
