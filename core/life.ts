import { EventClock } from "./event-clock.ts";
import { noteGap, type GapPorts } from "./gap-note.ts";
import type { HeldPanes, Touched } from "./held-panes.ts";
import type { LifeMemory } from "./life-memory.ts";
import type { StateHead } from "./life-state.ts";
import { symbolsByDay } from "./noted-symbols.ts";
import type { CheckpointStore } from "./ports/checkpoint-store.ts";
import type { PaneStore } from "./ports/pane-store.ts";
import type { RejectedStore } from "./ports/rejected-store.ts";
import type { ShardReader, ShardRecord } from "./ports/shard-reader.ts";
import type { ShardStatusStore } from "./ports/shard-status.ts";
import type { StatePacking } from "./ports/state-packing.ts";
import type { StoreMarks } from "./ports/store-marks.ts";
import type { SymbolRegister } from "./ports/symbol-register.ts";
import type { UpdateStream } from "./ports/update-stream.ts";
import { readRecord } from "./record.ts";
import { SeenFrames } from "./seen.ts";
import type { ShardCounts } from "./shard-counts.ts";
import { StepFold } from "./step-fold.ts";
import { StepTally } from "./step-tally.ts";
import type { TradeColumns } from "./trade-columns.ts";
import type { TradeLimits } from "./trade-limits.ts";
import type { Rejected } from "./trade.ts";
import { epochMs, type DurationMs, type EpochMs, type SequenceNumber } from "./units.ts";

export interface LifePorts extends GapPorts {
  readonly panes: PaneStore;
  readonly checkpoints: CheckpointStore;
  readonly shards: ShardReader;
  readonly rejected: RejectedStore;
  readonly updates: UpdateStream;
  readonly symbols: Pick<SymbolRegister, "see">;
  readonly statuses: Pick<ShardStatusStore, "put">;
  /** @default none are kept, and nobody may remember what the store holds */
  readonly marks?: Pick<StoreMarks, "put"> | undefined;
  readonly packing: StatePacking;
}

export interface LifeRules {
  /** The stored intervals. */
  readonly intervalsMs: readonly DurationMs[];
  /** A trade further than this behind the greatest event time is counted as late, and folded like any other. */
  readonly maxOutOfOrdernessMs: DurationMs;
  /** A trade whose event time is further than this ahead of its record's arrival is rejected. */
  readonly clockSkewMs: DurationMs;
  /** A life whose state would be larger, packed, ends, so that the next batch begins another. */
  readonly maxStateBytes: number;
  /** How long the stream keeps its records. */
  readonly retentionMs: DurationMs;
}

/** A record that was folded, none that had been seen before, and the watermark that it was held against. */
interface Folded {
  readonly record: ShardRecord;
  readonly watermarkMs: number;
}

/** One shard of one stream. */
export interface ShardName {
  readonly stream: string;
  readonly shard: string;
}

/** A span in which one aggregator keeps a shard's panes in memory. */
export class Life {
  readonly #ports: LifePorts;
  readonly #rules: LifeRules;
  readonly #name: ShardName;
  readonly #seen: SeenFrames;
  readonly #memory: LifeMemory;
  readonly #columns: TradeColumns;
  readonly #held: HeldPanes;
  readonly #clock: EventClock;
  readonly #newestStoredMs: EpochMs | undefined;
  #last: SequenceNumber | undefined;
  #lastArrivalMs: EpochMs | undefined;
  #counts: { -readonly [Name in keyof ShardCounts]: number };
  readonly #rejected: Rejected[] = [];
  /** What this step comes to. */
  readonly tally: StepTally;

  /** @param memory holds the state's panes, and is this life's alone until it is over. */
  constructor(ports: LifePorts, rules: LifeRules, { stream, shard }: ShardName, memory: LifeMemory, state: StateHead) {
    this.#ports = ports;
    this.#rules = rules;
    this.#name = { stream, shard };
    this.#seen = SeenFrames.from(state.seen);
    this.#memory = memory;
    this.#columns = memory.columns;
    this.#held = memory.held;
    this.#newestStoredMs = state.newestStoredMs;
    this.#last = state.last;
    this.#lastArrivalMs = state.lastArrivalMs;
    this.#clock = new EventClock(rules, state);
    this.#counts = { ...state.counts };
    this.tally = new StepTally(this.#counts);
  }

  /** Every record up to this one is folded. */
  get last(): SequenceNumber | undefined {
    return this.#last;
  }

  /** Folds the records beyond `last`, in sequence order and without a gap. */
  async take(records: readonly ShardRecord[]): Promise<void> {
    const after = { last: this.#last, lastArrivalMs: this.#lastArrivalMs };
    await noteGap(this.#ports, this.#rules, this.#name, after, records);
    const { step } = this.#memory;
    step.clear();
    const folded: Folded[] = [];
    for (const record of records) {
      if (this.#last !== undefined && record.sequenceNumber <= this.#last) continue;
      const watermarkMs = this.#read(record);
      if (this.#columns.count > 0) {
        step.fold(this.#columns, watermarkMs);
        folded.push({ record, watermarkMs });
      }
      this.#last = record.sequenceNumber;
      this.#lastArrivalMs = record.arrivalTimeMs;
    }
    // Before a checkpoint can pass these records over, and page by page: a refill may read hours of garbage.
    const rejected = this.#rejected.splice(0);
    if (rejected.length > 0) await this.#ports.rejected.put(rejected);
    await this.#hold(step, folded);
  }

  /** Adds what a step has folded to the panes held. */
  async #hold(step: StepFold, folded: readonly Folded[]): Promise<void> {
    const [first] = folded;
    if (first === undefined) return;
    if (this.#newestStoredMs !== undefined) {
      const keys = this.#held.unreadKeys(step, this.#newestStoredMs);
      if (keys.length > 0) this.#held.addStored(await this.#ports.panes.get(keys));
    }
    const known = new Map<SequenceNumber, StepFold>();
    // Rows may be ahead by as many positions as there were lives, most of them beyond every record of the step.
    const byCount = new Map<number, StepFold>();
    this.#held.add(step, first.record.sequenceNumber, (position) => {
      const before = known.get(position);
      if (before) return before;
      const beyond = folded.filter(({ record }) => record.sequenceNumber > position);
      const rest = byCount.get(beyond.length) ?? this.#foldAgain(beyond);
      byCount.set(beyond.length, rest);
      known.set(position, rest);
      return rest;
    });
  }

  #foldAgain(folded: readonly Folded[]): StepFold {
    const step = new StepFold(this.#rules.intervalsMs);
    for (const { record, watermarkMs } of folded) {
      this.#columns.truncate(0, 0);
      readRecord(record.data, this.#columns, this.#limitsOf(record));
      step.fold(this.#columns, watermarkMs);
    }
    return step;
  }

  /** Ends the step, and the life too if it is the last or its state has grown too large; returns the state else. */
  async settle(isLast: boolean): Promise<Uint8Array | undefined> {
    const state = this.#state();
    const packed = isLast ? undefined : this.#memory.pack(state, this.#ports.packing, this.#rules.maxStateBytes);
    if (packed === undefined) await this.store();
    else if (this.#last !== undefined) await this.#publish("in-step", this.#last);
    await this.#tell(packed?.length ?? 0);
    if (packed) this.#memory.keep(this.#name.shard, packed, state);
    return packed;
  }

  /** Stores all panes that the life has touched, marks that, tells of them, and then writes the checkpoint. */
  async store(): Promise<void> {
    const last = this.#last;
    if (last === undefined) return;
    const panes = this.#held.panes("in-life", last);
    if (panes.length > 0) await this.#ports.panes.put(panes);
    await this.#ports.marks?.put({ ...this.#name, last });
    for (const [dayMs, symbols] of symbolsByDay(this.#held.newestTimes()))
      await this.#ports.symbols.see(symbols, dayMs);
    await this.#publish("in-life", last);
    const { newestStoredMs: _, ...state } = this.#state();
    await this.#ports.checkpoints.put({ ...this.#name, ...state, last });
  }

  async #publish(touched: Touched, last: SequenceNumber): Promise<void> {
    const records = this.#held.updateRecords(touched, last);
    await this.#ports.updates.publish(records);
    this.tally.updateRecords += records.length;
  }

  /** Tells how the shard stands, if this step has taken any record. */
  async #tell(stateBytes: number): Promise<void> {
    const { newest, arrivalTimeMs } = this.tally;
    const last = this.#last;
    if (last === undefined || arrivalTimeMs === undefined) return;
    const { newestEventTimeMs, frontierMs, counts } = this.#state();
    const step = {
      newest,
      foldedTimeMs: this.#ports.clock.nowMs(),
      stateBytes,
      paneCount: this.#held.count,
    };
    await this.#ports.statuses.put({ ...this.#name, last, arrivalTimeMs, newestEventTimeMs, frontierMs, counts, step });
  }

  /** Reads one record into the columns and the counts, unless its frame was seen before; returns the watermark before it. */
  #read(record: ShardRecord): number {
    const columns = this.#columns;
    columns.truncate(0, 0);
    const reading = readRecord(record.data, columns, this.#limitsOf(record));
    const { producer, number, ingestTimeMs, tradeCount, faults, faultCount } = reading;
    const { sequenceNumber, arrivalTimeMs } = record;
    this.#counts.records++;
    this.tally.record(record);
    const isDuplicate = producer !== undefined && !this.#seen.add(producer, number);
    if (isDuplicate) {
      this.#counts.duplicateFrames++;
      this.#counts.duplicateTrades += tradeCount;
      columns.truncate(0, 0);
    } else {
      this.#counts.rejected += faultCount;
      if (producer !== undefined) this.tally.frame(producer, number);
    }
    const { watermarkMs, newestMs, lateTrades, correctingTrades } = this.#clock.pass(columns, reading.frontierMs);
    this.#counts.trades += columns.count;
    this.#counts.lateTrades += lateTrades;
    this.#counts.correctingTrades += correctingTrades;
    if (columns.count > 0) this.tally.newest = { eventTimeMs: epochMs(newestMs), ingestTimeMs, arrivalTimeMs };
    if (!isDuplicate && faultCount > 0) {
      const origin = { ...this.#name, sequenceNumber, arrivalTimeMs };
      this.#rejected.push({ ...origin, count: faultCount, faults, bytes: Uint8Array.from(record.data) });
    }
    return watermarkMs;
  }

  #limitsOf({ arrivalTimeMs }: ShardRecord): TradeLimits {
    return { latestEventTimeMs: epochMs(arrivalTimeMs + this.#rules.clockSkewMs) };
  }

  #state(): StateHead {
    return {
      last: this.#last,
      lastArrivalMs: this.#lastArrivalMs,
      newestEventTimeMs: this.#clock.newestEventTimeMs,
      frontierMs: this.#clock.frontierMs,
      newestStoredMs: this.#newestStoredMs,
      counts: { ...this.#counts },
      seen: this.#seen.toBytes(),
    };
  }
}
