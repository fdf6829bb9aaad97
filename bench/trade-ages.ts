/** A sample for each so many milliseconds of trade time: trades are taken to come evenly. */
const STEP_MS = 10;

/**
 * How old trades are when they are first seen. Whatever shows everything up to some trade shows, with it, all trades since
 * the newest that was shown before; each of these is as old as its own time says.
 */
export class TradeAges {
  #newestMs: number | undefined;
  #samples: number[] = [];

  /** Something that holds all trades up to `newestMs` was there at `nowMs`. */
  see(newestMs: number, nowMs: number): void {
    const before = this.#newestMs ?? newestMs;
    for (let timeMs = newestMs; timeMs > before; timeMs -= STEP_MS) this.#samples.push(nowMs - timeMs);
    this.#newestMs = Math.max(before, newestMs);
  }

  /** The ages since the last call, in milliseconds. */
  take(): readonly number[] {
    const taken = this.#samples;
    this.#samples = [];
    return taken;
  }
}
