import type { Bar } from "#core/bar.ts";
import { barsOf } from "#core/bars.ts";
import { concurrently } from "#core/concurrently.ts";
import { storedIntervalFor, windowStart } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import type { SymbolRegister } from "#core/ports/symbol-register.ts";
import { slidingBarsOf } from "#core/sliding-bars.ts";
import { epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import { isTumbling, type PublishedWindow } from "./published-window.ts";

export interface FinalBarsDeps {
  readonly panes: PaneStore;
  readonly symbols: Pick<SymbolRegister, "list">;
  readonly storedIntervalsMs: readonly DurationMs[];
  readonly window: PublishedWindow;
  readonly clock: Pick<Clock, "nowMs">;
}

const READS_IN_FLIGHT = 16;
/** A bar that changes so long after it was published is published again, unless so many have followed it. */
const CORRECTED_FOR_MS = 3_600_000;
const CORRECTED_STEPS = 720;
/** Earlier bars are looked through so often. */
const LOOK_BACK_EVERY_MS = 60_000;

/** The bars that are final, read from the store once they are, and again when a late trade has corrected them. */
export class FinalBars {
  readonly #deps: FinalBarsDeps;
  readonly #correctedForMs: number;
  /** By end and symbol, the trades of bars that were published. */
  readonly #published = new Map<EpochMs, Map<string, number>>();
  #lookedBackMs = -Infinity;
  #isLookingBack = false;
  /** What ended from here on was published by this process; what ended before by others, if at all. */
  #firstMs = epochMs(0);
  #untilMs = -Infinity;

  constructor(deps: FinalBarsDeps) {
    this.#deps = deps;
    this.#correctedForMs = Math.min(CORRECTED_FOR_MS, CORRECTED_STEPS * deps.window.stepMs);
  }

  /** Whether it is time to look for earlier bars that changed, also where no other is final since. */
  get isDue(): boolean {
    return this.#deps.clock.nowMs() - this.#lookedBackMs >= LOOK_BACK_EVERY_MS;
  }

  /** Those that end after `fromMs` and by `untilMs`, and, when it is time, earlier ones that changed; ordered by (startMs, symbol). */
  async read(fromMs: EpochMs, untilMs: EpochMs): Promise<readonly Bar[]> {
    const { lengthMs, stepMs } = this.#deps.window;
    this.#isLookingBack = this.isDue;
    if (fromMs > this.#untilMs) this.#firstMs = fromMs;
    const sinceMs = this.#isLookingBack ? Math.max(this.#firstMs, fromMs - this.#correctedForMs) : fromMs;
    const startMs = windowStart(epochMs(sinceMs), stepMs) + stepMs - lengthMs;
    const panes = await this.#panes(epochMs(Math.max(0, startMs)), untilMs);
    return this.#fold(panes)
      .filter(({ endMs }) => endMs > sinceMs && endMs <= untilMs)
      .filter((bar) => bar.endMs > fromMs || this.#hasChanged(bar))
      .toSorted((a, b) => a.startMs - b.startMs || (a.symbol < b.symbol ? -1 : 1));
  }

  /** Says that `bars`, the last that were read, are published, and that no bar that ended long before `untilMs` is looked at again. */
  noted(bars: readonly Bar[], untilMs: EpochMs): void {
    for (const { endMs, symbol, content } of bars) {
      const counts = this.#published.get(endMs) ?? new Map<string, number>();
      this.#published.set(endMs, counts.set(symbol, content.tradeCount));
    }
    this.#untilMs = untilMs;
    for (const endMs of this.#published.keys())
      if (endMs <= untilMs - this.#correctedForMs) this.#published.delete(endMs);
    if (this.#isLookingBack) this.#lookedBackMs = this.#deps.clock.nowMs();
  }

  async #panes(startMs: EpochMs, endMs: EpochMs): Promise<readonly Pane[]> {
    const { panes, symbols, window, storedIntervalsMs } = this.#deps;
    const intervalMs = storedIntervalFor(window.stepMs, storedIntervalsMs)!;
    const found: Pane[] = [];
    const traded = (await symbols.list()).filter(({ seenMs }) => seenMs !== undefined);
    await concurrently(traded, READS_IN_FLIGHT, async ({ symbol }) => {
      found.push(...(await panes.range({ symbol, intervalMs, startMs, endMs })));
    });
    return found;
  }

  #fold(panes: readonly Pane[]): readonly Bar[] {
    const { window } = this.#deps;
    return isTumbling(window) ? barsOf(panes, window.lengthMs) : slidingBarsOf(panes, window);
  }

  #hasChanged({ endMs, symbol, content }: Bar): boolean {
    return this.#published.get(endMs)?.get(symbol) !== content.tradeCount;
  }
}
