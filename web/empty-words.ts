import type { FeedState } from "#core/protocol/pipeline-status.ts";
import type { Choice } from "./choice.ts";
import type { KnownSymbol } from "./session.ts";

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });

/** What is known of a symbol without bars. */
export interface EmptyView {
  readonly symbol: string;
  /** What the server said of it, undefined where it said nothing. */
  readonly known: KnownSymbol | undefined;
  /** Whether the server has said which symbols it knows. */
  readonly isAsked: boolean;
  /** Whether the source carries other symbols alone. */
  readonly isForeign: boolean;
  /** Undefined before the first heartbeat. */
  readonly feed: FeedState | undefined;
}

/** What to say while it is not known which bars there are. */
export const lateWords = ({ symbol, interval }: Choice, isSignedOut: boolean): string =>
  isSignedOut ? "Sign in to see bars." : `Bars of ${symbol} in ${interval} come when the server answers.`;

/** What to say of a symbol without bars: a first bar is announced where one may come. */
export const emptyWords = ({ symbol, known, isAsked, isForeign, feed }: EmptyView): string => {
  if (known?.seenMs !== undefined)
    return `No trades of ${symbol} in these bars. It last traded on ${DAY.format(known.seenMs)}.`;
  if (!isAsked) return `No trades of ${symbol} yet.`;
  if (feed === "closed") return `No trades of ${symbol}, and the source has ended.`;
  if (isForeign) return `No trades of ${symbol}: this source carries other symbols.`;
  if (feed === "dead") return `No trades of ${symbol} yet, and nobody feeds the pipeline.`;
  return `No trades of ${symbol} yet. Its first bar appears here.`;
};
