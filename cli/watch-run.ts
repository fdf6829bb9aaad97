import { PipelineError } from "#core/errors.ts";
import { durationMs } from "#core/units.ts";

/** A run in which nothing changes for so long does not end by itself, however slow the machine. */
export const STILL_MS = durationMs(300_000);

export interface WatchedRun {
  readonly everyMs: number;
  /** Looks how the run stands. What cannot be seen now can be later. */
  readonly look: () => Promise<void>;
  /** How it stands, in any words, which change as long as it goes on; undefined while it has nothing to do. */
  readonly state: () => string | undefined;
  /** What it waits for, for people. */
  readonly waitsFor: () => string;
}

export interface RunWatch extends Disposable {
  /** Rejects with PipelineError TAPE_RUN_STALLED when the state has been the same for {@link STILL_MS}. */
  readonly stalled: Promise<never>;
}

/** Looks at a run again and again until it is disposed of, one look at a time: who is slow to answer is not asked more. */
export const watchRun = ({ everyMs, look, state, waitsFor }: WatchedRun): RunWatch => {
  const stalled = Promise.withResolvers<never>();
  // Who waits for the run is told; there may be nobody any more.
  stalled.promise.catch(() => undefined);
  let [known, sinceMs, isLooking]: [string | undefined, number, boolean] = [undefined, performance.now(), false];
  const timer = setInterval(() => {
    const now = state();
    if (now !== known || now === undefined) [known, sinceMs] = [now, performance.now()];
    if (performance.now() - sinceMs >= STILL_MS) stalled.reject(stalledRun(waitsFor()));
    if (isLooking) return;
    isLooking = true;
    void look()
      .catch(() => undefined)
      .finally(() => (isLooking = false));
  }, everyMs);
  return { stalled: stalled.promise, [Symbol.dispose]: () => clearInterval(timer) };
};

const stalledRun = (waitsFor: string): PipelineError =>
  new PipelineError("TAPE_RUN_STALLED", `something must change within ${STILL_MS / 1_000} s, nothing did: ${waitsFor}`);

/** What is left in the streams, in one phrase. */
export const leftText = (left: readonly string[]): string =>
  left.length === 0 ? "nothing is left in a stream" : `left in the streams: ${left.join("; ")}`;
