import { least } from "#core/decimal.ts";
import { paneKeyText, type Pane, type PaneKey } from "#core/pane.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";

/** A pane whose content is a function of how far it is folded, as every shard's is. */
export const pane = ({
  last,
  ...key
}: Partial<Omit<PaneKey, "startMs">> & { startMs?: number; last: number }): Pane => {
  const price = least({ units: 100 + last, scale: 2 });
  const print = { eventTimeMs: epochMs(key.startMs ?? 0), sequence: last, price, size: { units: 1, scale: 0 } };
  const sum = { units: BigInt(last), scale: 0 };
  return {
    symbol: "IBM",
    intervalMs: durationMs(60_000),
    shard: "shardId-000000000000",
    ...key,
    startMs: epochMs(key.startMs ?? 0),
    lastSequence: sequenceNumber(String(last)),
    content: {
      tradeCount: last,
      open: print,
      high: price,
      low: price,
      close: print,
      volume: sum,
      priceSum: sum,
      notional: sum,
    },
    isCorrected: false,
  };
};

/** In the order of their keys' texts. */
export const byKey = (panes: readonly Pane[]): readonly Pane[] =>
  panes.toSorted((a, b) => (paneKeyText(a) < paneKeyText(b) ? -1 : 1));
