import { backoffMs, type Backoff } from "#core/backoff.ts";
import { durationMs } from "#core/units.ts";

/** The next has longer: a slow server is no faster for being asked again. */
const HANG: Backoff = { firstMs: durationMs(5_000), longestMs: durationMs(20_000) };
/** For the first; each further one has as many more, or a server that needs longer would work for nobody for ever. */
const MOST_SPANS = 4;

/** Something on its way, and how often it was heard. */
export interface Attempt {
  readonly signs: number;
}

/** How long a connection may take to come to be. */
export class Patience {
  /** Those in a row that hung, and the next. */
  #hangs = 1;

  /** Calls `onHang` if nothing is heard of an attempt for a span of time, and after some spans in any case. */
  watch(attempt: Attempt, onHang: () => void, spans = MOST_SPANS * this.#hangs): void {
    const before = attempt.signs;
    setTimeout(
      () => {
        if (spans > 1 && attempt.signs > before) this.watch(attempt, onHang, spans - 1);
        else onHang();
      },
      backoffMs(HANG, this.#hangs, 1),
    );
  }

  /** Notes that an attempt hung, or that one came to be. */
  note(hasHung: boolean): void {
    this.#hangs = hasHung ? this.#hangs + 1 : 1;
  }
}
