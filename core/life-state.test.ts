import fc from "fast-check";
import { expect, test } from "vitest";
import { tradedPanes } from "#test/arbitraries/traded-panes.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { RunWriter } from "./foreign/run-writer.ts";
import { HeldPanes } from "./held-panes.ts";
import { lifeStateBytes, readLifeState, type LifeState } from "./life-state.ts";
import { PaneBlockReader } from "./pane-block.ts";
import { paneKeyText } from "./pane.ts";
import { SeenFrames } from "./seen.ts";
import { StepFold } from "./step-fold.ts";
import { SymbolTable } from "./symbol-table.ts";
import { TradeColumns } from "./trade-columns.ts";
import { durationMs, epochMs, sequenceNumber } from "./units.ts";

const sequences = fc.bigInt({ min: 0n, max: 10n ** 57n }).map((digits) => sequenceNumber(digits.toString()));
const times = fc.option(fc.integer({ min: -(2 ** 45), max: 2 ** 45 }).map(epochMs), { nil: undefined });
const INTERVALS = [1_000, 10_000, 60_000].map(durationMs);

const states: fc.Arbitrary<LifeState> = fc.record({
  last: fc.option(sequences, { nil: undefined }),
  lastArrivalMs: times,
  newestEventTimeMs: times,
  frontierMs: times,
  newestStoredMs: times,
  counts: fc.record({
    records: fc.nat(),
    trades: fc.nat(),
    lateTrades: fc.nat(),
    duplicateFrames: fc.nat(),
    duplicateTrades: fc.nat(),
    rejected: fc.nat(),
  }),
  seen: fc.array(fc.tuple(fc.constantFrom("a1", "b2"), fc.nat(3_000)), { maxLength: 9 }).map((frames) => {
    const seen = new SeenFrames();
    for (const [producer, number] of frames) seen.add(producer, number);
    return seen.toBytes();
  }),
  panes: fc.uint8Array({ maxLength: 9 }),
});

const bytesOf = (held: HeldPanes): Uint8Array => {
  const writer = new ByteWriter();
  held.write(writer);
  return writer.toBytes();
};

const readHeld = (bytes: Uint8Array, intervalsMs = INTERVALS): HeldPanes => {
  const symbols = new SymbolTable();
  const held = new HeldPanes("shardId-000000000000", intervalsMs, symbols);
  held.read(new PaneBlockReader(new ByteReader(bytes), symbols));
  return held;
};

test("a life's state reads back from its bytes", () => {
  fc.assert(
    fc.property(states, (state) => {
      expect(readLifeState(lifeStateBytes(state))).toEqual(state);
    }),
  );
});

test("rejects a state that is cut short, wherever it is cut", () => {
  fc.assert(
    fc.property(states, tradedPanes, (state, panes) => {
      const held = new HeldPanes("shardId-000000000000", INTERVALS, new SymbolTable());
      held.addStored(panes);
      const bytes = lifeStateBytes({ ...state, panes: bytesOf(held) });
      for (let end = 0; end < bytes.length; end++) expect(() => readLifeState(bytes.slice(0, end))).toThrow(RangeError);
    }),
    { numRuns: 20 },
  );
});

test("held panes read back from their bytes, but for those of an interval that is stored no longer", () => {
  fc.assert(
    fc.property(tradedPanes, (panes) => {
      const known = new Map(panes.map((pane) => [paneKeyText(pane), pane]));
      const [symbols, ahead] = [new SymbolTable(), sequenceNumber("1")];
      const held = new HeldPanes("shardId-000000000000", INTERVALS, symbols);
      held.addStored([...known.values()]);
      expect(held.panes("in-life", ahead)).toEqual([]);
      const again = readHeld(bytesOf(held));
      expect(bytesOf(again)).toEqual(bytesOf(held));
      const fewer = readHeld(bytesOf(held), INTERVALS.slice(1));
      touchAll(fewer, symbols, panes.length);
      for (const pane of fewer.panes("in-life", ahead))
        expect({ ...pane, content: pane.content }).toEqual(known.get(paneKeyText(pane)));
    }),
  );
});

/** Takes a record that every pane has in its stored row already, so that all are touched and none changes. */
const touchAll = (held: HeldPanes, symbols: SymbolTable, count: number): void => {
  if (count === 0) return;
  const columns = new TradeColumns(symbols.count);
  const writer = new RunWriter(columns);
  const one = { units: 1, scale: 0 };
  for (let id = 0; id < symbols.count; id++)
    writer.add({ symbol: symbols.text(id), price: one, size: one, eventTimeMs: 1_381_132_800_000, sequence: 0 });
  const step = new StepFold(INTERVALS.slice(1));
  step.fold(columns, 0);
  step.cascade();
  held.add(step, sequenceNumber("0"), () => new StepFold(INTERVALS.slice(1)));
};

test("rejects bytes that are no state with a RangeError", () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.uint8Array({ maxLength: 60 }).map((rest) => Uint8Array.of(1, 1, 1, 0, ...rest)),
  );
  fc.assert(
    fc.property(noise, (bytes) => {
      for (const read of [readLifeState, readHeld]) {
        try {
          read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }
    }),
    { numRuns: 1_000 },
  );
  expect(() => readLifeState(new Uint8Array([9]))).toThrow("version must be 5, was 9");
});
