import fc from "fast-check";
import { expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { createMemoryStream } from "#adapters/memory/stream.ts";
import { arbitraryRow, type Row } from "#test/arbitraries/rows.ts";
import { advanceLife, type LifeStep } from "./advance-life.ts";
import { ByteReader } from "./bytes.ts";
import { ContentRows } from "./content-rows.ts";
import { encodeFrame } from "./frame/encode.ts";
import { LifeMemory } from "./life-memory.ts";
import { readLifeState, type LifeState } from "./life-state.ts";
import type { LifeRules } from "./life.ts";
import { PaneBlockReader } from "./pane-block.ts";
import { paneKeyText, type Pane } from "./pane.ts";
import { SeenFrames } from "./seen.ts";
import { countsOf } from "./shard-counts.ts";
import { SymbolTable } from "./symbol-table.ts";
import { durationMs, epochMs } from "./units.ts";
import { readUpdateRecord } from "./update-record.ts";

const NOW = epochMs(1_700_000_000_000);
const RULES: LifeRules = {
  intervalsMs: [10_000, 1_000, 15_000].map(durationMs),
  maxOutOfOrdernessMs: durationMs(2_000),
  clockSkewMs: durationMs(60_000),
  maxStateBytes: 1_000_000,
  retentionMs: durationMs(86_400_000),
};

/** How the state that a batch was answered with comes to the shard's next one. */
type Fate = "handed on" | "lost" | "cut short" | "of the batch before";

/** A batch of one frame. */
interface Batch {
  readonly shard: number;
  readonly trades: readonly (Row & { readonly symbol: string })[];
  readonly frontierMs: number;
  /** What it begins with. */
  readonly fate: Fate;
  /** Whether it fails first, and comes again: before its panes are stored, or before they are told of. */
  readonly fails: "never" | "stores" | "tells";
  readonly isLast: boolean;
  /** Whether its state is too long to be handed on. */
  readonly isTooLong: boolean;
}

const times = fc.integer({ min: -25_000, max: 25_000 }).map((ms) => NOW + ms);

const seldom = fc.integer({ min: 1, max: 5 }).map((one) => one === 1);

const batches = fc.array(
  fc.record<Batch>({
    shard: fc.nat(1),
    trades: fc.array(
      fc
        .tuple(arbitraryRow, times, fc.constantFrom("A", "B", "IBM", "a symbol of a longer name"))
        .map(([row, time, symbol]) => ({ ...row, time, symbol })),
      { minLength: 1, maxLength: 8 },
    ),
    frontierMs: times,
    fate: fc.oneof(
      { weight: 5, arbitrary: fc.constant<Fate>("handed on") },
      { weight: 1, arbitrary: fc.constantFrom<Fate>("lost", "cut short", "of the batch before") },
    ),
    fails: fc.oneof(
      { weight: 4, arbitrary: fc.constant<Batch["fails"]>("never") },
      { weight: 1, arbitrary: fc.constantFrom<Batch["fails"]>("stores", "tells") },
    ),
    isLast: seldom,
    isTooLong: seldom,
  }),
  { minLength: 2, maxLength: 14 },
);

/** Takes one batch after another, with one memory for all or with a new one for each; returns all that came of each. */
const openRun = (memory: LifeMemory | undefined) => {
  const clock = createManualClock(NOW);
  const stream = createMemoryStream({ clock, shardCount: 2 });
  const memoryPorts = createMemoryLifePorts({ shards: stream, clock });
  let fails: Batch["fails"] = "never";
  let [stored, told]: [Pane[], Pane[]] = [[], []];
  const failOnce = (what: Batch["fails"]): void => {
    if (fails !== what) return;
    fails = "never";
    throw new Error("out of time");
  };
  const ports = {
    ...memoryPorts,
    panes: {
      ...memoryPorts.panes,
      put: async (panes: readonly Pane[]) => {
        failOnce("stores");
        stored.push(...panes.map((pane) => ({ ...pane, content: pane.content })));
        await memoryPorts.panes.put(panes);
      },
    },
    updates: {
      publish: async (records: readonly Uint8Array[]) => {
        failOnce("tells");
        told.push(...records.flatMap(readUpdateRecord));
      },
    },
  };
  const answers = new Map<string, (Uint8Array | undefined)[]>();
  const take = async (batch: Batch, number: number) => {
    const shard = stream.openShards()[batch.shard]!;
    const trades = batch.trades.map(({ time, ...trade }) => ({ ...trade, eventTimeMs: epochMs(time) }));
    const frame = { producer: "a1", number, ingestTimeMs: NOW, frontierMs: epochMs(batch.frontierMs), trades };
    const records = [stream.append(shard, encodeFrame(frame))];
    const answered = answers.get(shard) ?? [];
    const state = stateOf(answered, batch.fate);
    const step: LifeStep = { stream: "ticks", shard, records, state, isLast: batch.isLast };
    [fails, stored, told] = [batch.fails, [], []];
    const rules = { ...RULES, maxStateBytes: batch.isTooLong ? 1 : RULES.maxStateBytes };
    const advance = () => advanceLife(ports, rules, step, memory ?? new LifeMemory(RULES.intervalsMs));
    const outcome = await advance().catch(advance);
    answers.set(shard, [...answered, outcome.state]);
    return { ...outcome, state: outcome.state && contentsOf(outcome.state), stored: byKey(stored), told: byKey(told) };
  };
  return take;
};

const stateOf = (answered: readonly (Uint8Array | undefined)[], fate: Fate): Uint8Array | undefined => {
  if (fate === "lost") return undefined;
  const state = answered.at(fate === "of the batch before" ? -2 : -1);
  return fate === "cut short" ? state?.slice(0, -1) : state;
};

/** What a state says, whichever way its symbols are numbered. */
const contentsOf = (packed: Uint8Array): unknown => {
  const { panes: bytes, ...head } = readLifeState(packed);
  const symbols = new SymbolTable();
  const block = new PaneBlockReader(new ByteReader(bytes), symbols);
  const rows = new ContentRows();
  const panes = new Map<string, unknown>();
  while (block.next()) {
    const { symbolId, interval, startMs, position, isCorrected, isTouched } = block;
    const row = rows.open(symbolId, startMs);
    block.readContent(rows, row);
    const rest = { isCorrected, isTouched, last: block.positions[position], content: rows.content(row) };
    panes.set([symbols.text(symbolId), block.intervalsMs[interval], startMs].join(), rest);
  }
  return { head, panes };
};

const byKey = (panes: readonly Pane[]): ReadonlyMap<string, Pane> =>
  new Map(panes.map((pane) => [`${paneKeyText(pane)}|${pane.lastSequence}`, pane]));

test("batch after batch through one memory comes to the same as with a new one each, whatever becomes of them", async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (all) => {
      const [reused, fresh] = [openRun(new LifeMemory(RULES.intervalsMs)), openRun(undefined)];
      for (const [number, batch] of all.entries())
        expect(await reused(batch, number)).toEqual(await fresh(batch, number));
    }),
    { numRuns: 60, endOnFailure: true },
  );
}, 60_000);

const NOTHING: LifeState = {
  last: undefined,
  lastArrivalMs: undefined,
  newestEventTimeMs: undefined,
  frontierMs: undefined,
  newestStoredMs: undefined,
  counts: countsOf(() => 0),
  seen: new SeenFrames().toBytes(),
  panes: new Uint8Array(),
};

test("what a memory holds is recalled once, by its own shard, and for the very state", () => {
  const memory = new LifeMemory(RULES.intervalsMs);
  memory.begin("a", new Uint8Array());
  const state = { ...NOTHING, lastArrivalMs: NOW };
  const [packed, other] = [Uint8Array.of(1, 2), Uint8Array.of(1, 3)];
  const keep = (): void => memory.keep("a", packed, state);
  keep();
  expect(memory.recall("a", packed.slice())).toBe(state);
  expect(memory.recall("a", packed)).toBeUndefined();
  for (const [shard, bytes] of [["b", packed] as const, ["a", other] as const, ["a", packed.slice(1)] as const]) {
    keep();
    expect(memory.recall(shard, bytes)).toBeUndefined();
    expect(memory.recall("a", packed)).toBeUndefined();
  }
  keep();
  memory.begin("a", new Uint8Array());
  expect(memory.recall("a", packed)).toBeUndefined();
});

test("what is handed on is as long as it may be, and not a byte longer", () => {
  const memory = new LifeMemory(RULES.intervalsMs);
  memory.begin("a", new Uint8Array());
  const padded = {
    pack: (bytes: Uint8Array) => Uint8Array.of(...bytes, 0, 0, 0),
    unpack: (bytes: Uint8Array) => bytes,
  };
  const whole = memory.pack(NOTHING, padded, RULES.maxStateBytes)!;
  expect(memory.pack(NOTHING, padded, whole.length)).toEqual(whole);
  expect(memory.pack(NOTHING, padded, whole.length - 1)).toBeUndefined();
});
