import { clockWords, secondWords } from "./words.ts";

const DAY_MS = 86_400_000;
const LOCAL_DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
/** Windows of a day or more begin with a day of the epoch's. */
const UTC_DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

/** When a bar starts, as exactly as its interval needs and in the reader's own time zone; with the day unless it is today. */
export const whenWords = (startMs: number, intervalMs: number): string => {
  if (intervalMs >= DAY_MS) return UTC_DAY.format(startMs);
  const clock = intervalMs < 60_000 ? secondWords(startMs) : clockWords(startMs);
  const isToday = new Date(startMs).toDateString() === new Date().toDateString();
  return isToday ? clock : `${LOCAL_DAY.format(startMs)}, ${clock}`;
};

/** What stands below a time axis for bars of this interval: a day where one begins, else the time of day. */
export const tickWords = (timeMs: number, intervalMs: number): string => {
  if (intervalMs >= DAY_MS) return UTC_DAY.format(timeMs);
  const clock = timeMs % 60_000 === 0 ? clockWords(timeMs) : secondWords(timeMs);
  return clock === "00:00" ? LOCAL_DAY.format(timeMs) : clock;
};
