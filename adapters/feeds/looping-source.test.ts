import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SourceRow, TradeSource } from "#core/ports/trade-source.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import { createLoopingSource } from "./looping-source.ts";
import { createReplaySource } from "./replay-source.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const OPEN = Date.UTC(2013, 9, 7, 13, 30);
const NOW = epochMs(Date.UTC(2026, 0, 5, 10, 10, 20, 500));
const EXCERPT = join(import.meta.dirname, "../../data/trades-2013-10-07-0930.csv.gz");

const tradeAt = (eventTimeMs: number, sequence: number): SourceRow => ({
  kind: "trade",
  trade: {
    symbol: "IBM",
    price: { units: 18_231, scale: 2 },
    size: { units: 100, scale: 0 },
    eventTimeMs: epochMs(eventTimeMs),
    sequence,
  },
});

/** A source of two rows a batch with trades at these times after {@link OPEN}; "bad" is a row that is none. */
const sourceOf = (...offsets: readonly (number | "bad")[]): TradeSource => ({
  async *rows(from) {
    const rows = offsets.map((offset, index): SourceRow =>
      offset === "bad"
        ? { kind: "rejected", line: index + 2, reason: "not-a-decimal" }
        : tradeAt(OPEN + offset, index + 1),
    );
    for (let at = from; at < rows.length; at += 2) yield rows.slice(at, at + 2);
  },
});

const take = async (source: TradeSource, count: number, from = 0, startedAtMs = NOW): Promise<SourceRow[]> => {
  const taken: SourceRow[] = [];
  if (count === 0) return taken;
  for await (const rows of source.rows(from, startedAtMs)) {
    taken.push(...rows);
    if (taken.length >= count) break;
  }
  return taken.slice(0, count);
};

const tradesOf = (rows: readonly SourceRow[]): Trade[] =>
  rows.flatMap((row) => (row.kind === "trade" ? row.trade : []));

describe("a replay that is shifted to now", () => {
  test("begins at the history's first trade, in the same part of the hour, and goes on from pass to pass", async () => {
    // trades at :30:00, :50:00 and :29:59 of the hour; the start is 10:10:20.5
    const source = createLoopingSource(sourceOf(0, 20 * MINUTE, HOUR - 1_000), {
      historyMs: 30 * MINUTE,
      isLooping: true,
    });
    const times = tradesOf(await take(source, 5)).map(({ eventTimeMs }) => new Date(eventTimeMs).toISOString());
    expect(times).toEqual([
      "2026-01-05T09:50:00.000Z",
      "2026-01-05T10:29:59.000Z",
      "2026-01-05T10:30:00.000Z",
      "2026-01-05T10:50:00.000Z",
      "2026-01-05T11:29:59.000Z",
    ]);
  });

  test("numbers the trades of every pass anew", async () => {
    const source = createLoopingSource(sourceOf(0, 1_000, "bad", 2_000), { historyMs: 0, isLooping: true });
    const sequences = tradesOf(await take(source, 9)).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(new Set(sequences).size).toBe(sequences.length);
  });

  test("ends after its pass unless it loops", async () => {
    const source = createLoopingSource(sourceOf(0, 20 * MINUTE, HOUR - 1_000), { historyMs: 30 * MINUTE });
    expect(await take(source, 10)).toHaveLength(2);
  });

  test("says that its trades are due at their own times", () => {
    expect(createLoopingSource(sourceOf(0), { historyMs: 0 }).isTimedByClock).toBe(true);
    expect(createLoopingSource(sourceOf(0), { isLooping: true }).isTimedByClock).toBe(false);
  });

  test("of a source without trades is empty, and does not spin", async () => {
    expect(await take(createLoopingSource(sourceOf(), { historyMs: 0, isLooping: true }), 1)).toEqual([]);
    expect(await take(createLoopingSource(sourceOf("bad"), { historyMs: 0, isLooping: true }), 1)).toEqual([]);
  });

  test("gives each row by its number and the start alone, in windows that hold the same trades", async () => {
    const offsets = fc.array(fc.integer({ min: 0, max: 3 * HOUR }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        offsets,
        fc.nat(40),
        fc.nat(2 * HOUR),
        fc.nat(5 * HOUR),
        async (drawn, from, historyMs, later) => {
          const sorted = drawn.toSorted((a, b) => a - b);
          const startedAtMs = epochMs(NOW + later);
          const source = createLoopingSource(sourceOf(...sorted), { historyMs, isLooping: true });
          const all = await take(source, 60, 0, startedAtMs);
          expect(await take(source, 60 - from, from, startedAtMs)).toEqual(all.slice(from));
          const trades = tradesOf(all);
          expect(trades[0]!.eventTimeMs).toBeGreaterThanOrEqual(startedAtMs - historyMs);
          for (const [index, { eventTimeMs, sequence }] of trades.entries()) {
            const original = OPEN + sorted[(sequence - 1) % sorted.length]!;
            expect((eventTimeMs - original) % 1_000).toBe(0);
            if (index > 0) expect(eventTimeMs).toBeGreaterThanOrEqual(trades[index - 1]!.eventTimeMs);
            if (index > 0) expect(sequence).toBe(trades[index - 1]!.sequence + 1);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

test("a replay that loops at its own times puts each pass behind the one before", async () => {
  const source = createLoopingSource(sourceOf(0, 30 * MINUTE, HOUR - 1_000), { isLooping: true });
  const times = tradesOf(await take(source, 5)).map(({ eventTimeMs }) => eventTimeMs - OPEN);
  expect(times).toEqual([0, 30 * MINUTE, HOUR - 1_000, HOUR, 90 * MINUTE]);
});

test("the shipped hour is shifted by whole hours and has no pause where it begins again", async () => {
  const source = createReplaySource(EXCERPT, { historyMs: 0, isLooping: true });
  const ROWS = 102_362;
  const trades = tradesOf(await take(source, ROWS + 1, 0, epochMs(NOW + 25 * MINUTE)));
  const gaps = trades.slice(1).map(({ eventTimeMs }, index) => eventTimeMs - trades[index]!.eventTimeMs);
  expect(Math.max(...gaps)).toBeLessThan(10_000);
  const [first, last] = [trades[0]!, trades.at(-1)!];
  expect(last.eventTimeMs - first.eventTimeMs).toBe(HOUR);
  expect(last.sequence - first.sequence).toBe(ROWS);
});
