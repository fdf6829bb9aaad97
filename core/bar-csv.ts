import type { Bar } from "./bar.ts";
import { BAR_COLUMNS, barRow } from "./bar-row.ts";

/** Bars as CSV, the header first, each line ended. */
export const csvOf = (bars: readonly Bar[]): string =>
  [BAR_COLUMNS.join(","), ...bars.map((bar) => barRow(bar).map(csvCell).join(","))].map((line) => `${line}\n`).join("");

/** A symbol may hold a comma or a quote. */
const csvCell = (cell: string | number): string =>
  typeof cell === "string" && /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : String(cell);
