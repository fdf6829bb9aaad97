import type { Activity } from "./activity.ts";
import {
  afterOutcome,
  readBatchResponse,
  type BatchAttempt,
  type BatchOutcome,
  type BatchResponse,
} from "./batch-attempt.ts";
import type { EmitCloudEvent } from "./cloud-event.ts";
import { writeDiscard, type Discard } from "./failure-destination.ts";
import { FunctionError, ThrottledError } from "./function-error.ts";
import { kinesisEvent, type PolledRecord } from "./kinesis-event.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import type { ArrivalWindow } from "./shard-step.ts";
import type { CloudClock } from "./wall-clock.ts";

/** The greatest state that a window keeps; AWS says "1 MB", taken as 2^20 bytes. */
const MAX_STATE_BYTES = 1_048_576;
/** How Lambda paces retries is not documented. */
const RETRY_MS = { first: 100, greatest: 5_000 } as const;

export interface DeliveryOptions {
  readonly mapping: MappingSpec;
  readonly shardId: string;
  /** Runs the mapping's function. @throws FunctionError, ThrottledError */
  readonly invoke: (event: string) => Promise<string>;
  /** Where failure destinations are written, a folder per bucket. */
  readonly bucketsDir: string;
  /** Touched after each invocation. */
  readonly activity: Activity;
  readonly clock: CloudClock;
  readonly signal: AbortSignal;
  readonly emit: EmitCloudEvent;
}

interface OpenWindow {
  readonly window: ArrivalWindow;
  readonly stateText: string;
  readonly isStateTooLarge: boolean;
}

/** Brings the batches of one shard to the function, one at a time, and keeps the state of the shard's window. */
export class BatchDelivery {
  readonly #options: DeliveryOptions;
  #open: OpenWindow | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** The window that has begun and not yet had its final invocation. */
  get open(): OpenWindow | undefined {
    return this.#open;
  }

  /**
   * Resolves when every record has been processed or given up, or the signal is aborted. The state that a retry of a
   * partly failed batch is given is not documented; here it is the one that the function returned with the failure.
   */
  async deliver(records: readonly PolledRecord[], window: ArrivalWindow | undefined): Promise<void> {
    let queue: readonly BatchAttempt<PolledRecord>[] = [{ records, failures: 0 }];
    while (!this.#options.signal.aborted) {
      const [attempt, ...later] = queue;
      if (attempt === undefined) return;
      queue = [...(await this.#try(attempt, window)), ...later];
    }
  }

  /** Runs the window's final invocation until it succeeds, or the signal is aborted. */
  async closeWindow(isTerminatedEarly: boolean): Promise<void> {
    for (let failures = 1; this.#open !== undefined; failures++) {
      const response = await this.#invoke([], { isFinal: true, isTerminatedEarly });
      if (this.#options.signal.aborted) return;
      if (response?.outcome.kind === "succeeded") this.#open = undefined;
      else {
        if (response !== undefined) this.#reportFailure(0, response.outcome);
        await this.#pause(failures);
      }
    }
  }

  /** One invocation at most; returns what is to be tried next. */
  async #try(
    attempt: BatchAttempt<PolledRecord>,
    window: ArrivalWindow | undefined,
  ): Promise<readonly BatchAttempt<PolledRecord>[]> {
    const { mapping, signal } = this.#options;
    if (this.#open?.isStateTooLarge === true) await this.closeWindow(true);
    if (window !== undefined) this.#open ??= { window, stateText: "{}", isStateTooLarge: false };
    const records = await this.#withoutExpired(attempt);
    if (records.length === 0) return [];
    const live = { ...attempt, records };
    const response = await this.#invoke(records, { isFinal: false, isTerminatedEarly: false });
    if (signal.aborted) return [];
    if (response === undefined) {
      await this.#pause(attempt.failures + 1);
      return [live];
    }
    const { outcome } = response;
    if (this.#open !== undefined && response.stateText !== undefined) this.#keepState(this.#open, response.stateText);
    this.#reportFailure(records.length, outcome);
    const { retry, discard } = afterOutcome(live, outcome, mapping);
    if (discard.length > 0) {
      const isFunctionError = outcome.kind === "failed" && outcome.isFunctionError;
      await this.#discard(discard, "RetryAttemptsExhausted", attempt.failures + 1, isFunctionError);
    }
    const [again] = retry;
    if (again !== undefined && again.failures > attempt.failures) await this.#pause(again.failures);
    return retry;
  }

  /** Undefined when the invocation was throttled, which spends no retry. */
  async #invoke(
    records: readonly PolledRecord[],
    { isFinal, isTerminatedEarly }: { readonly isFinal: boolean; readonly isTerminatedEarly: boolean },
  ): Promise<BatchResponse | undefined> {
    const { mapping, shardId, invoke } = this.#options;
    const windowed = this.#open && {
      window: this.#open.window,
      state: JSON.parse(this.#open.stateText) as unknown,
      isFinalInvokeForWindow: isFinal,
      isWindowTerminatedEarly: isTerminatedEarly,
    };
    try {
      const text = await invoke(kinesisEvent(mapping, shardId, records, windowed));
      const reportBatchItemFailures = mapping.reportBatchItemFailures && !isFinal;
      return readBatchResponse(text, records, { isWindowed: windowed !== undefined, reportBatchItemFailures });
    } catch (error) {
      if (error instanceof ThrottledError) return undefined;
      if (!(error instanceof FunctionError)) throw error;
      const reason = `${error.name}: ${error.message}`;
      return { outcome: { kind: "failed", reason, isFunctionError: true }, stateText: undefined };
    } finally {
      this.#options.activity.touch();
    }
  }

  #keepState({ window }: OpenWindow, stateText: string): void {
    this.#open = { window, stateText, isStateTooLarge: Buffer.byteLength(stateText) > MAX_STATE_BYTES };
  }

  /** The records of the attempt that are not too old; those that are, are given up. */
  async #withoutExpired({ records, failures }: BatchAttempt<PolledRecord>): Promise<readonly PolledRecord[]> {
    const { mapping, clock } = this.#options;
    const ageMs = mapping.maximumRecordAgeMs;
    if (ageMs === undefined) return records;
    const oldestMs = clock.nowMs() - ageMs;
    const young = records.findIndex(({ arrivalMs }) => arrivalMs >= oldestMs);
    const count = young < 0 ? records.length : young;
    if (count > 0) await this.#discard(records.slice(0, count), "RecordAgeExceeded", failures, failures > 0);
    return records.slice(count);
  }

  async #discard(
    records: readonly PolledRecord[],
    condition: Discard["condition"],
    approximateInvokeCount: number,
    isFunctionError: boolean,
  ): Promise<void> {
    const { mapping, shardId, bucketsDir, clock, emit } = this.#options;
    const nowMs = clock.nowMs();
    const discard = { shardId, records, condition, approximateInvokeCount, isFunctionError, nowMs };
    const path = await writeDiscard(bucketsDir, mapping, discard);
    const { streamName, fn } = mapping;
    emit({
      kind: "batch-discarded",
      functionName: fn.name,
      streamName,
      shardId,
      recordCount: records.length,
      condition,
      path,
    });
  }

  #reportFailure(recordCount: number, outcome: BatchOutcome): void {
    if (outcome.kind === "succeeded") return;
    const { mapping, shardId, emit } = this.#options;
    emit({
      kind: "batch-failed",
      functionName: mapping.fn.name,
      streamName: mapping.streamName,
      shardId,
      recordCount,
      isFinalInvokeForWindow: recordCount === 0,
      reason: outcome.reason,
    });
  }

  async #pause(failures: number): Promise<void> {
    const { clock, signal } = this.#options;
    await clock.sleep(Math.min(RETRY_MS.first * 2 ** (failures - 1), RETRY_MS.greatest), signal);
  }
}
