import { windowOf, type Window } from "#core/interval.ts";
import type { DurationMs, EpochMs } from "#core/units.ts";

/** `[startMs, endMs)` of the times at which the stream took the records, aligned to the epoch. */
export type ArrivalWindow = Window;

/** What the next step of a shard depends on. */
export interface ShardView {
  /** Records read but not yet delivered, in sequence order. */
  readonly buffer: readonly { readonly arrivalMs: EpochMs; readonly eventBytes: number }[];
  /** When the first of them was read. */
  readonly bufferedSinceMs: EpochMs;
  /** The window that has state, and whether that has outgrown its limit. */
  readonly open: { readonly window: ArrivalWindow; readonly isStateTooLarge: boolean } | undefined;
  /** When the last read began, if it found nothing more to read. */
  readonly atTipMs: EpochMs | undefined;
  /** The shard is closed and read to its end. */
  readonly isEnded: boolean;
  readonly nowMs: EpochMs;
}

export interface StepLimits {
  readonly batchSize: number;
  /** Bytes of one event that its records may take. */
  readonly payloadBytes: number;
  readonly maximumBatchingWindowMs: DurationMs | undefined;
  readonly tumblingWindowMs: DurationMs | undefined;
  /** How long a shard without records waits behind a window's end before it takes the window to be over. */
  readonly idleCloseMs: DurationMs;
}

export type ShardStep =
  /** Read on. What is in the buffer goes at `dueMs`, even if nothing is added to it. */
  | { readonly kind: "read"; readonly dueMs: EpochMs | undefined }
  /** Invoke the function with the first `count` records, which lie in one window. */
  | { readonly kind: "invoke"; readonly count: number; readonly window: ArrivalWindow | undefined }
  /** Run the last invocation of the open window. */
  | { readonly kind: "close-window"; readonly isTerminatedEarly: boolean }
  | { readonly kind: "finish" };

/**
 * What Lambda does next with a shard.
 *
 * A batch ends at the batch size, at the payload limit, at the border of a window or when the batching window is over.
 * A window is over when a record outside it comes, when the shard ends, when its state is too large, or when nothing has
 * come for a while. Lambda says of that while only that it is up to 2 minutes, so no function may rely on its length.
 *
 * Arrival times may step back. That each record belongs to the window of its own arrival time is documented, what becomes
 * of one whose window has ended is not; here the open window ends and the earlier one begins again, so that a window may
 * end twice, which is worse for a function than to find the record in a later window.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html and
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Record.html
 */
export const nextStep = (view: ShardView, limits: StepLimits): ShardStep => {
  const { buffer, open, isEnded, nowMs } = view;
  const first = buffer[0];
  if (open !== undefined && isWindowOver(view, open, limits))
    return { kind: "close-window", isTerminatedEarly: open.isStateTooLarge };
  if (first === undefined) return isEnded ? { kind: "finish" } : { kind: "read", dueMs: undefined };
  const { tumblingWindowMs } = limits;
  const window = open?.window ?? (tumblingWindowMs && windowOf(first.arrivalMs, tumblingWindowMs));
  const count = batchCount(view, window, limits);
  const dueMs = (view.bufferedSinceMs + (limits.maximumBatchingWindowMs ?? 0)) as EpochMs;
  const isDue = count < buffer.length || count === limits.batchSize || isEnded || nowMs >= dueMs;
  return isDue ? { kind: "invoke", count, window } : { kind: "read", dueMs };
};

const isWindowOver = (view: ShardView, open: NonNullable<ShardView["open"]>, limits: StepLimits): boolean => {
  const first = view.buffer[0];
  if (open.isStateTooLarge) return true;
  if (first !== undefined) return !isWithin(first.arrivalMs, open.window);
  return view.isEnded || (view.atTipMs !== undefined && view.atTipMs >= open.window.endMs + limits.idleCloseMs);
};

const isWithin = (arrivalMs: EpochMs, { startMs, endMs }: ArrivalWindow): boolean =>
  startMs <= arrivalMs && arrivalMs < endMs;

/** How many of the first records make one batch: at least one, however large. */
const batchCount = ({ buffer }: ShardView, window: ArrivalWindow | undefined, limits: StepLimits): number => {
  let count = 0;
  let bytes = 0;
  for (const record of buffer) {
    bytes += record.eventBytes;
    if (count > 0 && bytes > limits.payloadBytes) break;
    if (window !== undefined && !isWithin(record.arrivalMs, window)) break;
    if (++count === limits.batchSize) break;
  }
  return count;
};
