import type { Bar } from "#core/bar.ts";
import { changeSince } from "./passes.ts";
import { numberOf } from "./points.ts";

/** What a row of the watchlist says of a symbol's last while. */
export interface Quote {
  readonly last: number;
  /** How many decimals the last price has. */
  readonly scale: number;
  /** The price that the change is measured against, undefined where nothing was traded since then. */
  readonly from: number | undefined;
  readonly volume: number;
  /** When it was last traded. */
  readonly tradedMs: number;
}

/** What `bars`, in order, say of what happened since `fromMs`; undefined where there are none. */
export const quoteOf = (bars: readonly Bar[], fromMs: number): Quote | undefined => {
  const close = bars.at(-1)?.content.close;
  if (close === undefined) return undefined;
  const first = changeSince(bars, fromMs)?.[0];
  let volume = 0;
  for (const { endMs, content } of bars) if (endMs > fromMs) volume += numberOf(content.volume);
  const { price, eventTimeMs: tradedMs } = close;
  const from = first && numberOf(first.content.open.price);
  return { last: numberOf(price), scale: price.scale, from, volume, tradedMs };
};

/** The change of a quote as a share, undefined where none is measured. */
export const shareOf = ({ last, from }: Quote): number | undefined =>
  from === undefined ? undefined : last / from - 1;
