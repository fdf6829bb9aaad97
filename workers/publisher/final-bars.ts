import type { Bar } from "#core/bar.ts";
import { barsOf } from "#core/bars.ts";
import { concurrently } from "#core/concurrently.ts";
import { storedIntervalFor } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import type { SymbolRegister } from "#core/ports/symbol-register.ts";
import { durationMs, epochMs, type DurationMs, type EpochMs } from "#core/units.ts";

export interface FinalBarsDeps {
  readonly panes: PaneStore;
  readonly symbols: Pick<SymbolRegister, "list">;
  readonly storedIntervalsMs: readonly DurationMs[];
  readonly intervalMs: DurationMs;
}

const READS_IN_FLIGHT = 16;
/** A bar that changes so long after it was published is published again. */
const CORRECTED_FOR_MS = durationMs(3_600_000);

/** The bars that are final, read from the store once they are, and again when a late trade has corrected them. */
export class FinalBars {
  readonly #deps: FinalBarsDeps;
  /** By symbol and start, the trades of bars that were published. */
  readonly #published = new Map<string, number>();

  constructor(deps: FinalBarsDeps) {
    this.#deps = deps;
  }

  /** Those that end after `fromMs` and by `untilMs`, and earlier ones that changed since; ordered by (startMs, symbol). */
  async read(fromMs: EpochMs, untilMs: EpochMs): Promise<readonly Bar[]> {
    const { panes, symbols, intervalMs } = this.#deps;
    const storedMs = storedIntervalFor(intervalMs, this.#deps.storedIntervalsMs)!;
    const startMs = epochMs(Math.max(0, fromMs - CORRECTED_FOR_MS));
    const found: Pane[] = [];
    await concurrently(await symbols.list(), READS_IN_FLIGHT, async ({ symbol }) => {
      found.push(...(await panes.range({ symbol, intervalMs: storedMs, startMs, endMs: untilMs })));
    });
    return barsOf(found, intervalMs)
      .filter((bar) => bar.startMs >= fromMs || this.#hasChanged(bar))
      .toSorted((a, b) => a.startMs - b.startMs || (a.symbol < b.symbol ? -1 : 1));
  }

  /** Says that `bars` are published, and that no bar that ended long before `untilMs` is looked at again. */
  noted(bars: readonly Bar[], untilMs: EpochMs): void {
    for (const bar of bars) this.#published.set(keyOf(bar), bar.content.tradeCount);
    for (const key of this.#published.keys())
      if (Number(key.split(" ", 1)[0]) < untilMs - 2 * CORRECTED_FOR_MS) this.#published.delete(key);
  }

  #hasChanged(bar: Bar): boolean {
    const trades = this.#published.get(keyOf(bar));
    return trades !== undefined && trades !== bar.content.tradeCount;
  }
}

const keyOf = ({ startMs, symbol }: Bar): string => `${startMs} ${symbol}`;
