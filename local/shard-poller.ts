import type { DurationMs, EpochMs } from "#core/units.ts";
import { BatchDelivery, type DeliveryOptions } from "./batch-delivery.ts";
import { eventBytes, MAX_PAYLOAD_BYTES, type PolledRecord } from "./kinesis-event.ts";
import type { ShardReader } from "./shard-reader.ts";
import { nextStep, type ArrivalWindow, type ShardView, type StepLimits } from "./shard-step.ts";

/** Lambda polls each shard once per second; a laptop's user waits for less. */
const POLL_MS = 100;
const READ_RETRY_MS = 1_000;
/** What an event holds beside its records and its state. */
const ENVELOPE_BYTES = 1_024;
/** Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
const MAX_READ_RECORDS = 10_000;
/** Taken for the size of a record before the first has been seen. */
const LIKELY_RECORD_BYTES = 32_768;

export interface ShardPollerOptions extends DeliveryOptions {
  readonly reader: ShardReader;
  readonly idleCloseMs: DurationMs;
  /** Keeps that the shard is done with up to a record, whatever becomes of this run. */
  readonly keepDone: (sequenceNumber: string) => Promise<void>;
}

interface BufferedRecord extends PolledRecord {
  readonly eventBytes: number;
  readonly readMs: EpochMs;
}

/** Reads one shard to its end and delivers its records in order, with one invocation in flight. */
export class ShardPoller {
  readonly #options: ShardPollerOptions;
  readonly #delivery: BatchDelivery;
  #buffer: BufferedRecord[] = [];
  /** The last record delivered or given up. */
  #delivered: string | undefined;
  #recordBytes = LIKELY_RECORD_BYTES;
  #atTipMs: EpochMs | undefined;
  #quietSince = -1;
  #isClosed = false;
  #isEnded = false;
  #isFinished = false;

  constructor(options: ShardPollerOptions) {
    this.#options = options;
    this.#delivery = new BatchDelivery(options);
  }

  /** The shard ended, and everything in it has been delivered. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** The shard takes no more records. */
  markClosed(): void {
    this.#isClosed = true;
  }

  /** Everything that was in the shard when the activity was `count` has been delivered, and no window is open. */
  isQuietSince(count: number): boolean {
    return this.#isFinished || this.#quietSince >= count;
  }

  /** What is left to be done, in words. */
  get left(): string {
    if (this.#delivery.open !== undefined) return `${this.#buffer.length} records buffered, a window open`;
    return `${this.#buffer.length} records buffered${this.#isClosed ? ", closed" : ""}`;
  }

  /** Resolves when the shard is finished or the signal aborted. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted && !this.#isFinished) {
      const step = nextStep(this.#view(), this.#limits());
      switch (step.kind) {
        case "read":
          await this.#readOn(step.dueMs);
          break;
        case "invoke":
          await this.#deliver(step.count, step.window);
          break;
        case "close-window":
          await this.#delivery.closeWindow(step.isTerminatedEarly);
          await this.#keepDone();
          break;
        case "finish":
          this.#isFinished = true;
          break;
        default:
          step satisfies never;
      }
    }
  }

  async #deliver(count: number, window: ArrivalWindow | undefined): Promise<void> {
    const batch = this.#buffer.slice(0, count);
    await this.#delivery.deliver(batch, window);
    this.#buffer = this.#buffer.slice(count);
    this.#delivered = batch.at(-1)?.sequenceNumber;
    await this.#keepDone();
  }

  /** Whoever ends while a window is open has lost its state, so a window is done with as a whole. */
  async #keepDone(): Promise<void> {
    if (this.#options.signal.aborted || this.#delivery.open !== undefined || this.#delivered === undefined) return;
    await this.#options.keepDone(this.#delivered);
  }

  #view(): ShardView {
    const nowMs = this.#options.clock.nowMs();
    return {
      buffer: this.#buffer,
      bufferedSinceMs: this.#buffer[0]?.readMs ?? nowMs,
      open: this.#delivery.open,
      atTipMs: this.#atTipMs,
      isEnded: this.#isEnded,
      nowMs,
    };
  }

  #limits(): StepLimits {
    const { mapping, idleCloseMs } = this.#options;
    const { batchSize, maximumBatchingWindowMs, tumblingWindowMs } = mapping;
    const stateBytes = Buffer.byteLength(this.#delivery.open?.stateText ?? "");
    const payloadBytes = MAX_PAYLOAD_BYTES - ENVELOPE_BYTES - stateBytes;
    return { batchSize, payloadBytes, maximumBatchingWindowMs, tumblingWindowMs, idleCloseMs };
  }

  /** Waits a little if the last read came to the tip, though not beyond `dueMs`, then reads. */
  async #readOn(dueMs: EpochMs | undefined): Promise<void> {
    const { clock, signal, emit, mapping } = this.#options;
    if (this.#atTipMs !== undefined) {
      const untilDueMs = dueMs === undefined ? POLL_MS : dueMs - clock.nowMs();
      await clock.sleep(Math.max(0, Math.min(POLL_MS, untilDueMs)), signal);
      if (signal.aborted || (dueMs !== undefined && clock.nowMs() >= dueMs)) return;
    }
    try {
      await this.#read();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Error)) throw error;
      emit({ kind: "stream-unread", streamName: mapping.streamName, reason: `${error.name}: ${error.message}` });
      await clock.sleep(READ_RETRY_MS, signal);
    }
  }

  async #read(): Promise<void> {
    const { reader, clock, activity, mapping, shardId } = this.#options;
    const [startedMs, count] = [clock.nowMs(), activity.count];
    const page = await reader.read(this.#readLimit(), this.#isClosed);
    const readMs = clock.nowMs();
    const records = page.records.map((record) => ({
      ...record,
      readMs,
      eventBytes: eventBytes(mapping, shardId, record),
    }));
    if (records.length > 0) this.#recordBytes = bytesOf(records) / records.length;
    this.#buffer.push(...records);
    this.#isEnded = page.isEnded;
    this.#atTipMs = page.isFull ? undefined : startedMs;
    const isQuiet = this.#buffer.length === 0 && this.#delivery.open === undefined && !page.isFull;
    this.#quietSince = isQuiet ? count : -1;
  }

  /** About as many records as one event can still take. */
  #readLimit(): number {
    const { batchSize, payloadBytes } = this.#limits();
    const room = Math.ceil((payloadBytes - bytesOf(this.#buffer)) / this.#recordBytes);
    return Math.max(1, Math.min(room, batchSize - this.#buffer.length, MAX_READ_RECORDS));
  }
}

const bytesOf = (records: readonly { readonly eventBytes: number }[]): number =>
  records.reduce((sum, record) => sum + record.eventBytes, 0);
