import { SeenFrames } from "./seen.ts";
import { HeldPanes } from "./held-panes.ts";
import { lifeStateBytes, readLifeState, type LifeState } from "./life-state.ts";
import type { CheckpointStore, ShardCounts } from "./ports/checkpoint-store.ts";
import type { PaneStore } from "./ports/pane-store.ts";
import type { RejectedStore } from "./ports/rejected-store.ts";
import type { ShardReader, ShardRecord } from "./ports/shard-reader.ts";
import type { UpdateStream } from "./ports/update-stream.ts";
import { readRecord } from "./record.ts";
import { TradeColumns } from "./trade-columns.ts";
import type { Rejected } from "./trade.ts";
import { epochMs, type DurationMs, type EpochMs, type SequenceNumber } from "./units.ts";

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
  /**
   * Whether a life that begins here reads the shard from behind the checkpoint to the first record delivered, for what an
   * earlier life took and never stored. Needed wherever a life is longer than one batch.
   */
  readonly isRefilled: boolean;
  /** Whether the life ends with this batch. */
  readonly isLast: boolean;
}

/**
 * Takes a step in the life of a shard's panes: folds the records, publishes the panes that changed, and at the life's end
 * stores them and then the checkpoint. Returns the state for the next step, undefined when the life has ended.
 *
 * Harmless to repeat, to abandon at any point, to run twice at once or to run late, since every write is a register in
 * which the greater position wins, and each pane's content is a function of its position.
 *
 *     step 1          step 2          last step
 *     begin  fold     fold            fold   put panes   publish   put checkpoint
 *     ------+---------+---------------+------+-----------+---------+--------->
 *           checkpoint read           |      |           |         \ only now may a life skip these records
 *           pane read on first touch -+      |           \ whoever subscribed in between misses nothing
 *                                            \ condition: stored lastSequence < mine
 *
 * @throws PipelineError when a port does, or TAPE_STATE_INVALID: the whole batch must come again.
 */
export const advanceLife = async (
  ports: LifePorts,
  rules: LifeRules,
  step: LifeStep,
): Promise<Uint8Array | undefined> => {
  const life = step.state ? resumeLife(ports, rules, step) : await beginLife(ports, rules, step);
  const [first] = step.records;
  if (!step.state && step.isRefilled && first) {
    const span = { after: life.last, before: first.sequenceNumber };
    for await (const records of ports.shards.read(step.shard, span)) await life.take(records);
  }
  await life.take(step.records);
  return life.settle(step.isLast);
};

const NO_COUNTS: ShardCounts = {
  records: 0,
  trades: 0,
  lateTrades: 0,
  duplicateFrames: 0,
  duplicateTrades: 0,
  rejected: 0,
};

const resumeLife = (ports: LifePorts, rules: LifeRules, { stream, shard, state }: LifeStep): Life =>
  new Life(ports, rules, stream, shard, readLifeState(state!, shard));

const beginLife = async (ports: LifePorts, rules: LifeRules, { stream, shard }: LifeStep): Promise<Life> => {
  const checkpoint = await ports.checkpoints.get(stream, shard);
  return new Life(ports, rules, stream, shard, {
    last: checkpoint?.last,
    newestEventTimeMs: checkpoint?.newestEventTimeMs,
    newestStoredMs: checkpoint?.newestEventTimeMs,
    counts: checkpoint?.counts ?? NO_COUNTS,
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
  #rejected: Rejected[] = [];

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
    if (this.#rejected.length > 0) await this.#ports.rejected.put(this.#rejected);
    if (!isLast) {
      const state = this.#stateBytes();
      if (state.length <= this.#rules.maxStateBytes) {
        if (this.#last !== undefined) await this.#publish(this.#held.changedInStep(this.#last));
        return state;
      }
    }
    if (this.#last !== undefined) await this.#end(this.#last);
    return undefined;
  }

  async #end(last: SequenceNumber): Promise<void> {
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
    const { producer, number, tradeCount, faults } = readRecord(record.data, columns, { latestEventTimeMs });
    this.#counts.records++;
    if (producer !== undefined && !this.#seen.add(producer, number)) {
      this.#counts.duplicateFrames++;
      this.#counts.duplicateTrades += tradeCount;
      return columns.truncate(rowStart, runStart);
    }
    this.#counts.trades += columns.count - rowStart;
    this.#counts.rejected += faults.length;
    this.#watch(columns, rowStart);
    const { sequenceNumber, arrivalTimeMs } = record;
    const origin = { stream: this.#stream, shard: this.#shard, sequenceNumber, arrivalTimeMs };
    for (const fault of faults) this.#rejected.push({ ...origin, ...fault });
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
