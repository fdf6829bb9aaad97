import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import type { MemoryUpdateStream } from "#adapters/memory/update-stream.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { intervalText } from "#core/interval.ts";
import { advanceLife } from "#core/advance-life.ts";
import type { LifePorts, LifeRules } from "#core/life.ts";
import { isInGap, type GapStore } from "#core/ports/gap-store.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import type { Pane } from "#core/pane.ts";
import { contentRow } from "#core/pane-row.ts";
import { Register } from "#core/protocol/register.ts";
import { slidingBarsOf } from "#core/sliding-bars.ts";
import { slidingWindowText, type SlidingWindow } from "#core/sliding-window.ts";
import { durationMs, epochMs, type DurationMs } from "#core/units.ts";
import { oracleRows } from "#oracle/oracle.ts";
import type { Fault, FaultClass } from "./faults.ts";
import { Invocations } from "./invocations.ts";
import { Mapping } from "./mapping.ts";
import { createChoices, type Choices } from "./choices.ts";
import { createShardLog, RETENTION_MS, type ShardLog } from "./shard-log.ts";

export interface ModelOutcome {
  /** The rows of all bars in the store once all is folded. */
  readonly stored: readonly string[];
  /** The rows of all bars that somebody has who heard every update. */
  readonly heard: readonly string[];
  /** The rows that both must be. */
  readonly expected: readonly string[];
  /** The stored panes, and those of folding each shard once without a fault, without their positions. */
  readonly panes: readonly string[];
  readonly expectedPanes: readonly string[];
  /** What the checkpoints say was taken: records of each shard, trades folded in all. */
  readonly counted: ModelCounts;
  /** What they must say. */
  readonly landed: ModelCounts;
  /** The symbols that are known to have traded, and those that did. */
  readonly symbols: { readonly known: readonly string[]; readonly traded: readonly string[] };
}

interface ModelCounts {
  readonly records: readonly number[];
  readonly trades: number;
}

const INTERVALS = [durationMs(10_000), durationMs(30_000)];
/** Derived from the panes of 10 s. */
const SLIDING: SlidingWindow = { lengthMs: durationMs(30_000), stepMs: durationMs(10_000) };

const RULES: LifeRules = {
  intervalsMs: INTERVALS,
  maxOutOfOrdernessMs: durationMs(2_000),
  clockSkewMs: durationMs(10_000),
  maxStateBytes: 600,
  retentionMs: RETENTION_MS,
};

/** Folds a random stream of about `recordCount` records by the real core, under the faults of `faultClass`. */
export const runModel = async (
  { transport, faults: names }: FaultClass,
  seed: number,
  recordCount: number,
): Promise<ModelOutcome> => {
  const random = createChoices(seed);
  const faults: ReadonlySet<Fault> = new Set(names);
  const log = createShardLog(random, recordCount, faults);
  const ports = openPorts(log);
  for (const shard of log.shards) {
    const invocations = new Invocations(random, faults);
    if (transport === "kafka") await runWorkers(ports, log, shard, random, invocations, faults);
    else await runMappings(ports, log, shard, random, invocations, faults, transport === "window");
    await invocations.drain();
  }
  const intervals = [...INTERVALS.map(intervalText), slidingWindowText(SLIDING)];
  const checkpoints = await Promise.all(log.shards.map((shard) => ports.checkpoints.get("ticks", shard)));
  const left = await notInGaps(ports.gaps, log);
  const landed = log.tradesOf(log.shards.flatMap((shard) => left.get(shard) ?? []));
  const flawless = await foldOnce(log, left);
  return {
    panes: await panesOf(ports, log),
    expectedPanes: await panesOf(flawless, log),
    stored: await rowsOf(storedPanes(ports), log),
    heard: await rowsOf(heardPanes(ports.updates), log),
    expected: oracleRows(landed, intervals),
    counted: {
      records: checkpoints.map((checkpoint) => checkpoint?.counts.records ?? 0),
      trades: checkpoints.reduce((sum, checkpoint) => sum + (checkpoint?.counts.trades ?? 0), 0),
    },
    symbols: {
      known: (await ports.symbols.list()).map(({ symbol }) => symbol),
      traded: [...new Set(landed.map(({ symbol }) => symbol))].toSorted(),
    },
    landed: {
      records: log.shards.map((shard) => left.get(shard)?.length ?? 0),
      trades: landed.length,
    },
  };
};

const runMappings = async (
  ports: LifePorts,
  log: ShardLog,
  shard: string,
  random: Choices,
  invocations: Invocations,
  faults: ReadonlySet<Fault>,
  isWindowed: boolean,
): Promise<void> => {
  const records = log.records.get(shard) ?? [];
  const expire = (index: number): void => log.expire(shard, index);
  const isClosed = log.shards.some((other) => log.parents.get(other)?.includes(shard));
  const live = Array.from(
    { length: faults.has("two") ? 2 : 1 },
    () =>
      new Mapping({ ports, rules: RULES, random, invocations, faults, shard, records, isWindowed, isClosed, expire }),
  );
  while (live.length > 0) {
    const mapping = random.pick(live);
    if (!(await mapping.step())) live.splice(live.indexOf(mapping), 1);
  }
};

/** Kafka workers that own a partition one after another, each from the checkpoint on; a zombie goes on beside its successor. */
const runWorkers = async (
  ports: LifePorts,
  log: ShardLog,
  shard: string,
  random: Choices,
  invocations: Invocations,
  faults: ReadonlySet<Fault>,
): Promise<void> => {
  const records = log.records.get(shard) ?? [];
  const work = async (gatedPorts: LifePorts, gate: () => Promise<void>): Promise<void> => {
    const checkpoint = await gatedPorts.checkpoints.get("ticks", shard);
    let position = records.findIndex(({ sequenceNumber }) => !checkpoint || sequenceNumber > checkpoint.last);
    if (position < 0) position = records.length;
    let state: Uint8Array | undefined;
    while (position < records.length || state) {
      await gate();
      const batch = records.slice(position, position + 1 + random.below(4));
      position += batch.length;
      const isLast = random.isBelow(0.4) || position >= records.length;
      ({ state } = await advanceLife(gatedPorts, RULES, {
        stream: "ticks",
        shard,
        records: batch,
        state,
        isLast,
      }));
    }
  };
  for (let attempt = 0; attempt < 8 && faults.has("crash"); attempt++) {
    if ((await invocations.run(ports, work)).kind === "ok") break;
    await invocations.stir();
  }
  await invocations.drain();
  invocations.calm();
  await invocations.run(ports, work);
};

const openPorts = ({ clock, reader }: ShardLog) => createMemoryLifePorts({ shards: reader, clock });

type ShardRecords = ReadonlyMap<string, readonly ShardRecord[]>;

/** The records of each shard that no noted gap holds. */
const notInGaps = async (gaps: GapStore, log: ShardLog): Promise<ShardRecords> => {
  const noted = await gaps.list("ticks");
  return new Map(
    [...log.records].map(([shard, records]) => [
      shard,
      records.filter(({ sequenceNumber }) => !isInGap(noted, shard, sequenceNumber)),
    ]),
  );
};

/** The stores after what is left of each shard was folded in one step. */
const foldOnce = async (log: ShardLog, left: ShardRecords): Promise<LifePorts> => {
  const fresh = { ...openPorts(log), shards: { ...log.reader, read: readNothing } };
  for (const shard of log.shards) {
    const records = left.get(shard) ?? [];
    await advanceLife(fresh, RULES, { stream: "ticks", shard, records, state: undefined, isLast: true });
  }
  return fresh;
};

// oxlint-disable-next-line require-yield
async function* readNothing(): AsyncGenerator<readonly ShardRecord[]> {}

/** The stored panes without their positions, as texts. */
const panesOf = async (ports: LifePorts, log: ShardLog): Promise<readonly string[]> => {
  const texts: string[] = [];
  for (const symbol of symbolsOf(log)) {
    for (const intervalMs of INTERVALS) {
      for (const { startMs, shard, content, isCorrected } of await storedPanes(ports)(symbol, intervalMs))
        texts.push([symbol, intervalMs, startMs, shard, ...contentRow(content), isCorrected].join(" "));
    }
  }
  return texts;
};

const symbolsOf = (log: ShardLog): readonly string[] => [...new Set(log.landed.map(({ symbol }) => symbol))].toSorted();

type PanesOf = (symbol: string, intervalMs: DurationMs) => readonly Pane[] | Promise<readonly Pane[]>;

const storedPanes =
  ({ panes }: LifePorts): PanesOf =>
  (symbol, intervalMs) =>
    panes.range({ symbol, intervalMs, startMs: epochMs(0), endMs: epochMs(Date.UTC(2020, 0)) });

const heardPanes = ({ published }: MemoryUpdateStream): PanesOf => {
  const register = new Register();
  for (const panes of published) register.apply(panes);
  const heard = register.panes();
  return (symbol, intervalMs) => heard.filter((pane) => pane.symbol === symbol && pane.intervalMs === intervalMs);
};

const rowsOf = async (panesOf: PanesOf, log: ShardLog): Promise<string[]> => {
  const rows: string[] = [];
  for (const symbol of symbolsOf(log)) {
    for (const intervalMs of INTERVALS)
      rows.push(...barsOf(await panesOf(symbol, intervalMs), intervalMs).map((bar) => barRow(bar).join(",")));
    rows.push(...slidingBarsOf(await panesOf(symbol, SLIDING.stepMs), SLIDING).map((bar) => barRow(bar).join(",")));
  }
  return rows;
};
