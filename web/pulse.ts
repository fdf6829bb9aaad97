import { progressAfter, type Progress } from "#core/bar-status.ts";
import type { PipelineStatus } from "#core/protocol/pipeline-status.ts";
import { epochMs, type EpochMs } from "#core/units.ts";

/** Heartbeats come each second: so long after the last sign of life a server is said to be silent. */
const SILENT_MS = 4_000;

/** What was folded before an answer came, and stored behind it, is told so soon. */
const HELD_MS = 30_000;

/** What the server told of the pipeline, and when it was last heard. Times are by performance.now(). */
export class Pulse {
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #status: PipelineStatus | undefined;
  #progress: Progress | undefined;
  /** Who told of the progress. */
  #teller: unknown;
  #held: { readonly watermarkMs: EpochMs; readonly untilMs: number } | undefined;

  /** Takes in a sign of life. */
  hear(): void {
    this.#heardAtMs = performance.now();
  }

  /** Takes in a heartbeat. Another `teller` may lead to another pipeline, which is not as far. */
  beat(teller: unknown, status: PipelineStatus): void {
    this.#progress = progressAfter(teller === this.#teller ? this.#progress : undefined, status);
    this.#status = { ...status, watermarkMs: this.#progress.watermarkMs };
    this.#teller = teller;
  }

  /** Holds the watermark back for a while to what an answer had, so that no bar is final that may lack trades. */
  hold(watermarkMs: EpochMs | undefined): void {
    this.#held = watermarkMs && { watermarkMs, untilMs: performance.now() + HELD_MS };
  }

  /** Since the server was last heard, infinite before. */
  get silenceMs(): number {
    return performance.now() - this.#heardAtMs;
  }

  /** Whether a server that sends heartbeats has said nothing for a while. */
  get isSilent(): boolean {
    return this.#status !== undefined && this.silenceMs > SILENT_MS;
  }

  /** What the last heartbeat said, with the greatest watermark that any did; undefined before the first. */
  get status(): PipelineStatus | undefined {
    return this.#status;
  }

  /** How far the pipeline is, undefined before the first heartbeat. */
  get progress(): Progress | undefined {
    const [progress, held] = [this.#progress, this.#held];
    if (progress?.watermarkMs === undefined || held === undefined || performance.now() > held.untilMs) return progress;
    return { ...progress, watermarkMs: epochMs(Math.min(progress.watermarkMs, held.watermarkMs)) };
  }
}
