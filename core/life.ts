import { SeenFrames } from "./seen.ts";
import { PipelineError } from "./errors.ts";
import { HeldPanes } from "./held-panes.ts";
import { lifeStateBytes, readLifeState, type LifeState } from "./life-state.ts";
import type { CheckpointStore } from "./ports/checkpoint-store.ts";
import type { PaneStore } from "./ports/pane-store.ts";
import type { RejectedStore } from "./ports/rejected-store.ts";
import type { ShardReader, ShardRecord } from "./ports/shard-reader.ts";
import type { UpdateStream } from "./ports/update-stream.ts";
import { readRecord } from "./record.ts";
import { countsOf, type ShardCounts } from "./shard-counts.ts";
import { TradeColumns } from "./trade-columns.ts";
import type { Rejected } from "./trade.ts";
import { BEYOND_ALL, epochMs, type DurationMs, type EpochMs, type SequenceNumber } from "./units.ts";

export interface LifePorts {
  readonly panes: PaneStore;
  readonly checkpoints: CheckpointStore;
  readonly shards: ShardReader;
  readonly rejected: RejectedStore;
  readonly updates: UpdateStream;
}

export interface LifeRules {
  /** The stored intervals. */
  readonly intervalsMs: readonly DurationMs[];
  /** A trade further than this behind the greatest event time is counted as late, and folded like any other. */
  readonly maxOutOfOrdernessMs: DurationMs;
  /** A trade whose event time is further than this ahead of its record's arrival is rejected. */
  readonly clockSkewMs: DurationMs;
  /** A life whose state would be larger ends, so that the next batch begins another. */
  readonly maxStateBytes: number;
}

/** One batch of a shard's records, in sequence order, and where its life stands. */
export interface LifeStep {
  readonly stream: string;
  readonly shard: string;
  readonly records: readonly ShardRecord[];
  /** What the step before returned; undefined begins a life. */
  readonly state: Uint8Array | undefined;
  /** Whether the life ends with this batch. */
  readonly isLast: boolean;
}

/** What became of a step. */
export interface LifeOutcome {
  /** For the next step; undefined when the life has ended. */
  readonly state: Uint8Array | undefined;
  /** Whether the state could not be read, so that a life began from the checkpoint instead. */
  readonly isStateUnreadable: boolean;
}

/**
 * Takes a step in the life of a shard's panes: folds the records, publishes the panes that changed, and at the life's end
 * stores them and then the checkpoint.
 *
 * Harmless to repeat, to abandon at any point, to run twice at once or to run late, since every write is a register in
 * which the greater position wins, and each pane's content is a function of its position.
 *
 *     step 1               step 2         last step
 *     begin  refill  fold  refill  fold   fold   put panes   publish   put checkpoint
 *     ------+-------+------+--------------+------+-----------+---------+--------->
 *           |       |                     |      |           |         \ only now may a life skip these records
 *           |       |                     |      |           \ whoever subscribed in between misses nothing
 *           |       |                     |      \ condition: stored lastSequence < mine
 *           |       |                     \ pane read on first touch, if a row may exist
 *           |       \ the shard itself is read from behind `last` to the first record delivered
 *           \ checkpoint read
 *
 * The refill finds what an earlier life took and never stored, because Lambda lost the state, the mapping was created
 * again further on, or a state was handed over that belongs to an earlier batch. Nothing is the usual answer.
 *
 * @throws PipelineError when a port does: the whole batch must come again.
 */
export const advanceLife = async (ports: LifePorts, rules: LifeRules, step: LifeStep): Promise<LifeOutcome> => {
  const resumed = step.state && resumeLife(ports, rules, step, step.state);
  const life = resumed ?? (await beginLife(ports, rules, step));
  const [first] = step.records;
  // A last step without state and without records has lost what its window held: the shard still has it.
  if (first || (step.isLast && !resumed)) await refill(ports, step.shard, life, first?.sequenceNumber ?? BEYOND_ALL);
  await life.take(step.records);
  const state = await life.settle(step.isLast);
  return { state, isStateUnreadable: step.state !== undefined && resumed === undefined };
};

/** A long refill stores what it has every so many pages, so that an invocation that runs out of time was not in vain. */
const REFILL_PAGES = 16;

const refill = async (ports: LifePorts, shard: string, life: Life, before: SequenceNumber): Promise<void> => {
  let pages = 0;
  for await (const records of ports.shards.read(shard, { after: life.last, before })) {
    await life.take(records);
    if (++pages % REFILL_PAGES === 0) await life.store();
  }
};

/** The life that `state` speaks of, undefined when it cannot be read: state is a cache, never the truth. */
const resumeLife = (
  ports: LifePorts,
  rules: LifeRules,
  { stream, shard }: LifeStep,
  state: Uint8Array,
): Life | undefined => {
  try {
    return new Life(ports, rules, stream, shard, readLifeState(state, shard));
  } catch (error) {
    if (error instanceof PipelineError && error.code === "TAPE_STATE_INVALID") return undefined;
    throw error;
  }
};

const beginLife = async (ports: LifePorts, rules: LifeRules, { stream, shard }: LifeStep): Promise<Life> => {
  const checkpoint = await ports.checkpoints.get(stream, shard);
  return new Life(ports, rules, stream, shard, {
    last: checkpoint?.last,
    newestEventTimeMs: checkpoint?.newestEventTimeMs,
    newestStoredMs: checkpoint?.newestEventTimeMs,
    counts: checkpoint?.counts ?? countsOf(() => 0),
    seen: checkpoint?.seen ?? (await inheritedSeen(ports, stream, shard)).toBytes(),
    panes: [],
  });
};

/** What the parents of a shard have seen, all together; they are folded to their ends before their children begin. */
const inheritedSeen = async (ports: LifePorts, stream: string, shard: string): Promise<SeenFrames> => {
  const seen = new SeenFrames();
  for (const parent of (await ports.shards.parents(shard)).toSorted()) {
    const checkpoint = await ports.checkpoints.get(stream, parent);
    seen.addAll(checkpoint ? SeenFrames.from(checkpoint.seen) : await inheritedSeen(ports, stream, parent));
  }
  return seen;
};

/** A span in which one aggregator keeps a shard's panes in memory. */
class Life {
  readonly #ports: LifePorts;
  readonly #rules: LifeRules;
  readonly #stream: string;
  readonly #shard: string;
  readonly #seen: SeenFrames;
  readonly #held: HeldPanes;
  readonly #newestStoredMs: EpochMs | undefined;
  #last: SequenceNumber | undefined;
  #newestEventTimeMs: EpochMs | undefined;
  #counts: { -readonly [Name in keyof ShardCounts]: number };
  readonly #rejected: Rejected[] = [];

  constructor(ports: LifePorts, rules: LifeRules, stream: string, shard: string, state: LifeState) {
    this.#ports = ports;
    this.#rules = rules;
    this.#stream = stream;
    this.#shard = shard;
    this.#seen = SeenFrames.from(state.seen);
    this.#held = new HeldPanes(shard, rules.intervalsMs, state.panes);
    this.#newestStoredMs = state.newestStoredMs;
    this.#last = state.last;
    this.#newestEventTimeMs = state.newestEventTimeMs;
    this.#counts = { ...state.counts };
  }

  /** Every record up to this one is folded. */
  get last(): SequenceNumber | undefined {
    return this.#last;
  }

  /** Folds the records beyond `last`, in sequence order and without a gap. */
  async take(records: readonly ShardRecord[]): Promise<void> {
    const columns = new TradeColumns();
    const runEnds: { sequenceNumber: SequenceNumber; runEnd: number }[] = [];
    for (const record of records) {
      if (this.#last !== undefined && record.sequenceNumber <= this.#last) continue;
      this.#read(record, columns);
      this.#last = record.sequenceNumber;
      runEnds.push({ sequenceNumber: record.sequenceNumber, runEnd: columns.runs.length });
    }
    // Before a checkpoint can pass these records over, and page by page: a refill may read hours of garbage.
    const rejected = this.#rejected.splice(0);
    if (rejected.length > 0) await this.#ports.rejected.put(rejected);
    if (this.#newestStoredMs !== undefined) {
      const keys = this.#held.unreadKeys(columns, this.#newestStoredMs);
      if (keys.length > 0) this.#held.addStored(await this.#ports.panes.get(keys));
    }
    let run = 0;
    for (const { sequenceNumber, runEnd } of runEnds) {
      for (; run < runEnd; run++) this.#held.fold(columns, columns.runs[run]!, sequenceNumber);
    }
  }

  /** Ends the step, and the life too if it is the last or its state has grown too large; returns the state else. */
  async settle(isLast: boolean): Promise<Uint8Array | undefined> {
    if (!isLast) {
      const state = this.#stateBytes();
      if (state.length <= this.#rules.maxStateBytes) {
        if (this.#last !== undefined) await this.#publish(this.#held.changedInStep(this.#last));
        return state;
      }
    }
    await this.store();
    return undefined;
  }

  /** Stores all that the life has changed, tells of it, and then writes the checkpoint. */
  async store(): Promise<void> {
    const last = this.#last;
    if (last === undefined) return;
    const panes = this.#held.changedInLife(last);
    if (panes.length > 0) await this.#ports.panes.put(panes);
    await this.#publish(panes);
    await this.#ports.checkpoints.put({
      stream: this.#stream,
      shard: this.#shard,
      last,
      seen: this.#seen.toBytes(),
      newestEventTimeMs: this.#newestEventTimeMs,
      counts: { ...this.#counts },
    });
  }

  async #publish(panes: Parameters<UpdateStream["publish"]>[0]): Promise<void> {
    if (panes.length > 0) await this.#ports.updates.publish(panes);
  }

  /** Reads one record into the columns and the counts, unless its frame was seen before. */
  #read(record: ShardRecord, columns: TradeColumns): void {
    const [rowStart, runStart] = [columns.count, columns.runs.length];
    const latestEventTimeMs = epochMs(record.arrivalTimeMs + this.#rules.clockSkewMs);
    const reading = readRecord(record.data, columns, { latestEventTimeMs });
    const { producer, number, tradeCount, faults, faultCount } = reading;
    this.#counts.records++;
    if (producer !== undefined && !this.#seen.add(producer, number)) {
      this.#counts.duplicateFrames++;
      this.#counts.duplicateTrades += tradeCount;
      return columns.truncate(rowStart, runStart);
    }
    this.#counts.trades += columns.count - rowStart;
    this.#counts.rejected += faultCount;
    this.#watch(columns, rowStart);
    if (faultCount === 0) return;
    const { sequenceNumber, arrivalTimeMs, data: bytes } = record;
    const origin = { stream: this.#stream, shard: this.#shard, sequenceNumber, arrivalTimeMs };
    this.#rejected.push({ ...origin, count: faultCount, faults, bytes });
  }

  /** Counts the rows from `rowStart` on that are behind the watermark as it stood before them, then moves it. */
  #watch(columns: TradeColumns, rowStart: number): void {
    let newestMs: number = this.#newestEventTimeMs ?? Number.NEGATIVE_INFINITY;
    const watermarkMs = newestMs - this.#rules.maxOutOfOrdernessMs;
    for (let row = rowStart; row < columns.count; row++) {
      const time = columns.eventTimeMs[row]!;
      if (time > newestMs) newestMs = time;
      if (time < watermarkMs) this.#counts.lateTrades++;
    }
    if (columns.count > rowStart) this.#newestEventTimeMs = epochMs(newestMs);
  }

  #stateBytes(): Uint8Array {
    return lifeStateBytes({
      last: this.#last,
      newestEventTimeMs: this.#newestEventTimeMs,
      newestStoredMs: this.#newestStoredMs,
      counts: this.#counts,
      seen: this.#seen.toBytes(),
      panes: this.#held.all(),
    });
  }
}
