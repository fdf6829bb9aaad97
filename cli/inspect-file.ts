import { createReplaySource } from "#adapters/feeds/replay-source.ts";
import { PipelineError } from "#core/errors.ts";
import { epochMs, type EpochMs } from "#core/units.ts";

/** What a file of trades holds. */
export interface FileContents {
  readonly trades: number;
  /** Rows that are no trade, in words, with their lines. */
  readonly rejected: readonly string[];
  readonly symbols: readonly string[];
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
}

/**
 * Reads a file of trades once, to its end.
 * @throws PipelineError TAPE_FILE_UNREADABLE when it cannot be read or holds no trade.
 */
export const inspectFile = async (file: string): Promise<FileContents> => {
  const symbols = new Set<string>();
  const rejected: string[] = [];
  let trades = 0;
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for await (const rows of createReplaySource(file).rows(0, epochMs(0))) {
    for (const row of rows) {
      if (row.kind === "rejected") {
        rejected.push(`line ${row.line}: ${row.reason}`);
        continue;
      }
      trades++;
      symbols.add(row.trade.symbol);
      if (row.trade.eventTimeMs < firstMs) firstMs = row.trade.eventTimeMs;
      if (row.trade.eventTimeMs > lastMs) lastMs = row.trade.eventTimeMs;
    }
  }
  if (trades === 0) {
    const first = rejected[0] === undefined ? "" : ` (${rejected[0]})`;
    throw new PipelineError(
      "TAPE_FILE_UNREADABLE",
      `the file ${file} must hold at least one trade, holds none${first}`,
    );
  }
  return { trades, rejected, symbols: [...symbols].toSorted(), firstMs: epochMs(firstMs), lastMs: epochMs(lastMs) };
};
