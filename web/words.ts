import type { BarStatus } from "#core/bar-status.ts";
import type { Standing } from "./standings.ts";

/** How long ago, roughly: `4 s`, `3 min`, `2 h`, `3 d`. */
export const agoWords = (ageMs: number): string => {
  const seconds = Math.max(0, ageMs / 1_000);
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
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
