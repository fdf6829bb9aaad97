import type { FeedState } from "./feed.ts";

/** A state in a few words. `nowMs` is of the same clock as the state's times. */
export const stateWords = (state: FeedState, nowMs: number, isOnline: boolean): string => {
  switch (state.kind) {
    case "connecting":
      return "Connecting";
    case "live":
      return "Live";
    case "waiting":
      if (!isOnline) return "Offline";
      return `Reconnecting in ${Math.max(1, Math.ceil((state.untilMs - nowMs) / 1_000))} s`;
    default:
      return state satisfies never;
  }
};

/** How long ago, roughly: `0.4 s`, `12 s`, `3 min`, `2 h`. */
export const agoWords = (ageMs: number): string => {
  const seconds = Math.max(0, ageMs / 1_000);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
};

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

/** A price with as many decimals as `scale` says, two at least. */
export const priceWords = (value: number, scale: number): string =>
  value.toLocaleString("en-US", {
    minimumFractionDigits: Math.max(2, scale),
    maximumFractionDigits: Math.max(2, scale),
  });
