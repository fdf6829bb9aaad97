import type { Activity } from "./activity.ts";
import {
  afterOutcome,
  halvesOf,
  readBatchResponse,
  type BatchAttempt,
  type BatchOutcome,
  type BatchResponse,
} from "./batch-attempt.ts";
import type { EmitCloudEvent } from "./cloud-event.ts";
import { writeDiscard, type Discard } from "./failure-destination.ts";
import { FunctionError, ThrottledError } from "./function-error.ts";
import { kinesisEvent, MAX_PAYLOAD_BYTES, type PolledRecord } from "./kinesis-event.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import type { ArrivalWindow } from "./shard-step.ts";
import type { CloudClock } from "./wall-clock.ts";

/**
 * The greatest state that a window keeps. AWS says "1 MB" and not which; this is the lesser.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
const MAX_STATE_BYTES = 1_000_000;
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
   * Resolves when every record has been processed or given up, or the signal is aborted. A retry, of a whole batch or of
   * a part, is given the state of the last success.
   */
  async deliver(records: readonly PolledRecord[], window: ArrivalWindow | undefined): Promise<void> {
    let queue: readonly BatchAttempt<PolledRecord>[] = [{ records, failures: 0 }];
    while (!this.#options.signal.aborted) {
      const [attempt, ...later] = queue;
      if (attempt === undefined) return;
      queue = [...(await this.#try(attempt, window)), ...later];
    }
  }

  /**
   * Runs the window's last invocation until it succeeds, or the signal is aborted: no limit on retries ends it.
   *
   * A window that ended early goes on with fresh state, so this is not its final invocation. Whether Lambda calls it final
   * all the same, and whether it hands over the state that was too large, is not documented. Here it is handed over, but
   * not called final: a function that looks for that flag alone loses it.
   * Source: https://github.com/aws/aws-lambda-go/blob/main/events/time_window.go
   */
  async closeWindow(isTerminatedEarly: boolean): Promise<void> {
    for (let failures = 1; this.#open !== undefined; failures++) {
      const response = await this.#invoke(this.#eventOf([], { isFinal: !isTerminatedEarly, isTerminatedEarly }), []);
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
    if (signal.aborted) return [];
    if (window !== undefined) this.#open ??= { window, stateText: "{}", isStateTooLarge: false };
    const records = await this.#withoutExpired(attempt);
    if (records.length === 0) return [];
    const live = { ...attempt, records };
    const event = this.#eventOf(records);
    if (records.length > 1 && Buffer.byteLength(event) > MAX_PAYLOAD_BYTES) return halvesOf(live);
    const response = await this.#invoke(event, records);
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

  #eventOf(
    records: readonly PolledRecord[],
    { isFinal, isTerminatedEarly } = { isFinal: false, isTerminatedEarly: false },
  ): string {
    const { mapping, shardId } = this.#options;
    const windowed = this.#open && {
      window: this.#open.window,
      state: JSON.parse(this.#open.stateText) as unknown,
      isFinalInvokeForWindow: isFinal,
      isWindowTerminatedEarly: isTerminatedEarly,
    };
    return kinesisEvent(mapping, shardId, records, windowed);
  }

  /** Undefined when the invocation was throttled, which spends no retry. */
  async #invoke(event: string, records: readonly PolledRecord[]): Promise<BatchResponse | undefined> {
    const { mapping, invoke } = this.#options;
    const { reportBatchItemFailures } = mapping;
    try {
      const text = await invoke(event);
      return readBatchResponse(text, records, { isWindowed: this.#open !== undefined, reportBatchItemFailures });
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
    const expired = records.filter(({ arrivalMs }) => arrivalMs < oldestMs);
    if (expired.length > 0) await this.#discard(expired, "RecordAgeExceeded", failures, failures > 0);
    return records.filter(({ arrivalMs }) => arrivalMs >= oldestMs);
  }

  async #discard(
    records: readonly PolledRecord[],
    condition: Discard["condition"],
    approximateInvokeCount: number,
    isFunctionError: boolean,
  ): Promise<void> {
    const { mapping, shardId, bucketsDir, clock, emit } = this.#options;
    const nowMs = clock.nowMs();
    const payload = this.#eventOf(records);
    const discard = { shardId, records, condition, approximateInvokeCount, isFunctionError, payload, nowMs };
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
