import type { BarStatus } from "#core/bar-status.ts";
import type { FeedState, PipelineStatus } from "#core/protocol/pipeline-status.ts";
import type { ConnectionState } from "./feed.ts";
import type { Standing } from "./standings.ts";

/** What is to be said of a connection. `nowMs` is of the same clock as the state's times. */
export interface ConnectionView {
  readonly state: ConnectionState;
  readonly nowMs: number;
  readonly isOnline: boolean;
  /** Whether a server that sends heartbeats has sent none for a while. */
  readonly isStale: boolean;
}

/** A connection's state in a word or two, which changes when the state does. */
export const stateWord = ({ state, isOnline, isStale }: ConnectionView): string => {
  switch (state.kind) {
    case "connecting":
      return "Connecting";
    case "live":
      return isStale ? "Stale" : "Live";
    case "waiting":
      return isOnline ? "Reconnecting" : "Offline";
    default:
      return state satisfies never;
  }
};

/** The same, with how long it is until something is done about it. */
export const stateWords = (view: ConnectionView): string => {
  const { state, nowMs, isOnline } = view;
  if (state.kind !== "waiting" || !isOnline) return stateWord(view);
  return `${stateWord(view)} in ${Math.max(1, Math.ceil((state.untilMs - nowMs) / 1_000))} s`;
};

/** How long ago, roughly: `4 s`, `3 min`, `2 h`, `3 d`. */
export const agoWords = (ageMs: number): string => {
  const seconds = Math.max(0, ageMs / 1_000);
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
};

/** When something was last told. What comes several times a second does not flicker. */
export const updatedWords = (ageMs: number): string => {
  if (!Number.isFinite(ageMs)) return "";
  return ageMs < 2_000 ? "updated just now" : `updated ${agoWords(ageMs)} ago`;
};

const FEED_WORDS: Readonly<Record<FeedState, string>> = {
  live: "Trades come in",
  quiet: "Quiet: no trades for a while",
  closed: "Closed: the source has ended",
  dead: "Dead: nobody feeds the pipeline",
};

/** How things stand with whoever brings trades. */
export const feedWords = (feed: FeedState): string => FEED_WORDS[feed];

/** Up to when all trades have most likely come. */
export const completeWords = ({ feed, watermarkMs }: Pick<PipelineStatus, "feed" | "watermarkMs">): string => {
  if (watermarkMs === undefined) return "";
  return feed === "closed" ? "complete" : `complete up to ${secondWords(watermarkMs)}`;
};

const WHOLE = new Intl.NumberFormat("en-US");

/** `1 trade`, `2,000 trades`. */
export const countWords = (count: number, one: string): string =>
  `${WHOLE.format(count)} ${one}${count === 1 ? "" : "s"}`;

/** What is said of a bar in a legend; one of longer windows may be corrected before it is final. */
export const standingWords = ({ status, isForming }: Standing): string =>
  status === "corrected" && isForming ? "corrected, still forming" : (status ?? "");

/** What a chart of bars shows, for those who do not see it. */
export const chartWords = (bars: number, newest: BarStatus | undefined, correctedBars: number): string => {
  const words = [`${countWords(bars, "bar")} with volume and average`];
  if (newest !== undefined) words.push(`the newest is ${newest}`);
  if (correctedBars > 0) words.push(`${countWords(correctedBars, "bar")} corrected`);
  return words.join(", ");
};

const MINUTES = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const SECONDS = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** The time of day in the reader's own time zone, `14:02`. */
export const clockWords = (timeMs: number): string => MINUTES.format(timeMs);

/** The time of day in the reader's own time zone, `14:02:11`. */
export const secondWords = (timeMs: number): string => SECONDS.format(timeMs);

/** A change against a reference with sign and arrow, so that colour is not all that says it. */
export const changeWords = (from: number, to: number): string => {
  const percent = ((to - from) / from) * 100;
  const arrow = percent > 0 ? "▲" : percent < 0 ? "▼" : "•";
  const sign = percent < 0 ? "−" : "+";
  return `${arrow} ${sign}${Math.abs(percent).toFixed(2)} %`;
};

/** Which way a change goes, as a class of the style sheet. */
export const changeClass = (from: number, to: number): "up" | "down" | "even" =>
  to > from ? "up" : to < from ? "down" : "even";

const PRICES = new Map<number, Intl.NumberFormat>();

/** A price with as many decimals as `scale` says, two at least. */
export const priceWords = (value: number, scale: number): string => {
  const places = Math.max(2, scale);
  let format = PRICES.get(places);
  if (format === undefined) {
    format = new Intl.NumberFormat("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
    PRICES.set(places, format);
  }
  return format.format(value);
};

const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

/** A volume in three digits, `1.23M`. */
export const volumeWords = (volume: number): string => COMPACT.format(volume);
