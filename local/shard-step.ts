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
  /** Run the final invocation of the open window. */
  | { readonly kind: "close-window"; readonly isTerminatedEarly: boolean }
  | { readonly kind: "finish" };

/**
 * What Lambda does next with a shard.
 *
 * A batch ends at the batch size, at the payload limit, at the border of a window or when the batching window is over.
 * A window is over when a record beyond it arrives, when the shard ends, when its state is too large, or when nothing
 * has come for a while. A record whose arrival time steps back behind the open window is taken into it.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html and
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
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
  if (first !== undefined) return first.arrivalMs >= open.window.endMs;
  return view.isEnded || (view.atTipMs !== undefined && view.atTipMs >= open.window.endMs + limits.idleCloseMs);
};

/** How many of the first records make one batch: at least one, however large. */
const batchCount = ({ buffer }: ShardView, window: ArrivalWindow | undefined, limits: StepLimits): number => {
  let count = 0;
  let bytes = 0;
  for (const record of buffer) {
    bytes += record.eventBytes;
    if (count > 0 && bytes > limits.payloadBytes) break;
    if (window !== undefined && record.arrivalMs >= window.endMs) break;
    if (++count === limits.batchSize) break;
  }
  return count;
};
