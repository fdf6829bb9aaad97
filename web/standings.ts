import { barStatus, isFinal, SeenBars, type BarStatus, type Progress } from "#core/bar-status.ts";
import type { Bar } from "#core/bar.ts";

/** What the page says of a bar. */
export interface Standing {
  /** Undefined before the pipeline has said how far it is, but for bars that say it of themselves. */
  readonly status: BarStatus | undefined;
  /** Whether its trades may still come: of a bar of corrected shorter ones too. */
  readonly isForming: boolean;
}

export type StandingOf = (bar: Bar) => Standing;

/** What is said of the bars on the page, by what the server told and by what was seen of them. */
export class Standings {
  readonly #seen = new SeenBars();
  #progress: Progress | undefined;

  /** Takes in the bars that are shown now; `progress` is undefined before the first heartbeat. */
  look(bars: readonly Bar[], progress: Progress | undefined): void {
    this.#progress = progress;
    if (progress !== undefined) this.#seen.see(bars, progress, performance.now());
  }

  readonly of: StandingOf = (bar) => {
    const progress = this.#progress;
    if (progress === undefined) return { status: bar.isCorrected ? "corrected" : undefined, isForming: false };
    return { status: barStatus(bar, progress, this.#seen.hasChanged(bar)), isForming: !isFinal(bar, progress) };
  };
}
