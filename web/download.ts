import { csvOf } from "#core/bar-csv.ts";
import type { Bar } from "#core/bar.ts";
import { intervalText } from "#core/interval.ts";
import { element } from "./element.ts";

/** `IBM-1m-20131007T133000Z-20131007T140000Z.csv`: what the bars are of, and from when to when. */
export const fileNameOf = (bars: readonly Bar[]): string => {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return "bars.csv";
  const symbol = first.symbol.replace(/[^\w.-]/g, "_");
  return `${symbol}-${intervalText(first.intervalMs)}-${instant(first.startMs)}-${instant(last.endMs)}.csv`;
};

const instant = (timeMs: number): string => new Date(timeMs).toISOString().replace(/[-:]|\.\d+/g, "");

/** So long a browser may take to begin with a file. */
const KEEP_MS = 60_000;

/** Lets the reader save `bars` as a file, with the columns of the export. */
export const saveBars = (bars: readonly Bar[]): void => {
  const href = URL.createObjectURL(new Blob([csvOf(bars)], { type: "text/csv" }));
  element("a", { href, download: fileNameOf(bars) }).click();
  setTimeout(() => URL.revokeObjectURL(href), KEEP_MS);
};
