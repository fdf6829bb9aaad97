import { Accumulator } from "./fold.ts";
import { windowStart } from "./interval.ts";
import type { HeldPane } from "./life-state.ts";
import type { BarContent, Pane, PaneKey } from "./pane.ts";
import type { Run, TradeColumns } from "./trade-columns.ts";
import { epochMs, type DurationMs, type EpochMs, type SequenceNumber } from "./units.ts";

interface Holding {
  readonly key: PaneKey;
  readonly rowSequence: SequenceNumber | undefined;
  isTouchedInLife: boolean;
  isTouchedInStep: boolean;
  isCorrected: boolean;
  /** What it began the step with; undefined when it began empty. */
  readonly begun: BarContent | undefined;
  /** Made at the first fold of the step. */
  accumulator: Accumulator | undefined;
}

/** What a holding begins with; nothing for a pane that is new. */
interface Begun {
  readonly rowSequence?: SequenceNumber | undefined;
  readonly begun?: BarContent | undefined;
  readonly isTouched?: boolean;
  readonly isCorrected?: boolean;
}

/** The panes of one shard that a life has in memory. */
export class HeldPanes {
  readonly #shard: string;
  readonly #intervalsMs: readonly DurationMs[];
  readonly #holdings = new Map<string, Holding>();

  constructor(shard: string, intervalsMs: readonly DurationMs[], panes: readonly HeldPane[]) {
    this.#shard = shard;
    this.#intervalsMs = intervalsMs;
    // An interval that is stored no longer is let go of: its panes could not be written.
    for (const { symbol, intervalMs, startMs, ...held } of panes) {
      const key = { symbol, intervalMs, startMs, shard };
      if (intervalsMs.includes(intervalMs)) this.#hold(key, { ...held, begun: held.content });
    }
  }

  /** The keys that the rows touch, that are not held yet, and whose windows start no later than that of `newestStoredMs`. */
  unreadKeys(columns: TradeColumns, newestStoredMs: EpochMs): readonly PaneKey[] {
    const unread = new Map<string, PaneKey>();
    for (const run of columns.runs) {
      for (const intervalMs of this.#intervalsMs) {
        const endMs = windowStart(newestStoredMs, intervalMs) + intervalMs;
        let knownStartMs = Number.NaN;
        for (let row = run.from; row < run.to; row++) {
          const time = columns.eventTimeMs[row]!;
          if (time >= endMs || (time >= knownStartMs && time < knownStartMs + intervalMs)) continue;
          const startMs = windowStart(epochMs(time), intervalMs);
          knownStartMs = startMs;
          const id = holdingId(run.symbol, intervalMs, startMs);
          if (!this.#holdings.has(id)) unread.set(id, { symbol: run.symbol, intervalMs, startMs, shard: this.#shard });
        }
      }
    }
    return [...unread.values()];
  }

  /** Begins with stored panes: only records beyond each one's `lastSequence` will be folded into it. */
  addStored(panes: readonly Pane[]): void {
    for (const { content: begun, lastSequence: rowSequence, isCorrected, ...key } of panes)
      this.#hold(key, { rowSequence, begun, isCorrected });
  }

  /**
   * Folds one run of the record at `sequenceNumber` into every interval's panes. `watermarkMs` is the shard's before that
   * record: what it adds to a window that ends there or earlier is a correction.
   */
  fold(columns: TradeColumns, run: Run, sequenceNumber: SequenceNumber, watermarkMs: number): void {
    for (const intervalMs of this.#intervalsMs) {
      let from = run.from;
      while (from < run.to) {
        const startMs = windowStart(epochMs(columns.eventTimeMs[from]!), intervalMs);
        const endMs = startMs + intervalMs;
        let to = from + 1;
        while (to < run.to && columns.eventTimeMs[to]! >= startMs && columns.eventTimeMs[to]! < endMs) to++;
        const holding = this.#holding(run.symbol, intervalMs, startMs);
        if (holding.rowSequence === undefined || sequenceNumber > holding.rowSequence) {
          holding.accumulator ??= begin(holding.begun);
          holding.accumulator.addRows(columns, run, from, to);
          holding.isCorrected ||= endMs <= watermarkMs;
        }
        holding.isTouchedInStep = true;
        holding.isTouchedInLife = true;
        from = to;
      }
    }
  }

  /**
   * The panes that records of this step belong to, as of `last` or of the row that is ahead of it. That a row holds the
   * records already does not mean that anybody was told: a life may have died after it wrote the row.
   */
  touchedInStep(last: SequenceNumber): readonly Pane[] {
    return this.#panes(last, ({ isTouchedInStep }) => isTouchedInStep);
  }

  /** The same for the whole life. */
  touchedInLife(last: SequenceNumber): readonly Pane[] {
    return this.#panes(last, ({ isTouchedInLife }) => isTouchedInLife);
  }

  /** All that the next step needs to know. */
  all(): readonly HeldPane[] {
    return [...this.#holdings.values()].map((holding) => ({
      ...holding.key,
      rowSequence: holding.rowSequence,
      isTouched: holding.isTouchedInLife,
      isCorrected: holding.isCorrected,
      content: contentOf(holding),
    }));
  }

  #panes(last: SequenceNumber, isWanted: (holding: Holding) => boolean): readonly Pane[] {
    return [...this.#holdings.values()].filter(isWanted).map((holding) => ({
      ...holding.key,
      lastSequence: positionOf(holding, last),
      content: contentOf(holding),
      isCorrected: holding.isCorrected,
    }));
  }

  #holding(symbol: string, intervalMs: DurationMs, startMs: EpochMs): Holding {
    const held = this.#holdings.get(holdingId(symbol, intervalMs, startMs));
    return held ?? this.#hold({ symbol, intervalMs, startMs, shard: this.#shard }, {});
  }

  #hold(key: PaneKey, { rowSequence, begun, isTouched = false, isCorrected = false }: Begun): Holding {
    const holding: Holding = {
      key,
      rowSequence,
      begun,
      isTouchedInLife: isTouched,
      isTouchedInStep: false,
      isCorrected,
      accumulator: undefined,
    };
    this.#holdings.set(holdingId(key.symbol, key.intervalMs, key.startMs), holding);
    return holding;
  }
}

/** A row that another life wrote may be ahead of this one. */
const positionOf = ({ rowSequence }: Holding, last: SequenceNumber): SequenceNumber =>
  rowSequence !== undefined && rowSequence > last ? rowSequence : last;

const holdingId = (symbol: string, intervalMs: DurationMs, startMs: EpochMs): string =>
  `${intervalMs}|${startMs}|${symbol}`;

const begin = (content: BarContent | undefined): Accumulator => {
  const accumulator = new Accumulator();
  if (content) accumulator.add(content);
  return accumulator;
};

const contentOf = ({ accumulator, begun }: Holding): BarContent => accumulator?.content() ?? begun!;
