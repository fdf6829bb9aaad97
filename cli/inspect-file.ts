import { createReplaySource } from "#adapters/feeds/replay-source.ts";
import { PipelineError } from "#core/errors.ts";
import type { SourceRow } from "#core/ports/trade-source.ts";
import { windowStart } from "#core/interval.ts";
import { durationMs, epochMs, type EpochMs } from "#core/units.ts";
import { countOf } from "./output.ts";

const DAY_MS = durationMs(86_400_000);

/** What a file of trades holds. */
export interface FileContents {
  readonly trades: number;
  /** Rows that are no trade. */
  readonly rejected: number;
  /** What is wrong with those, a sentence for each kind of mistake, with the first line that makes it. */
  readonly problems: readonly string[];
  readonly symbols: readonly string[];
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
  /** The starts of the UTC days that have trades, in order. */
  readonly daysMs: readonly EpochMs[];
}

/**
 * Reads a file of trades once, to its end.
 * @throws PipelineError TAPE_FILE_UNREADABLE when it cannot be read, holds no trade, or has its times in seconds.
 */
export const inspectFile = async (file: string): Promise<FileContents> => {
  const symbols = new Set<string>();
  const days = new Set<EpochMs>();
  const mistakes = createMistakes();
  let trades = 0;
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for await (const rows of createReplaySource(file).rows(0, epochMs(0))) {
    for (const row of rows) {
      if (row.kind === "rejected") {
        mistakes.add(row);
        continue;
      }
      trades++;
      symbols.add(row.trade.symbol);
      days.add(windowStart(row.trade.eventTimeMs, DAY_MS));
      if (row.trade.eventTimeMs < firstMs) firstMs = row.trade.eventTimeMs;
      if (row.trade.eventTimeMs > lastMs) lastMs = row.trade.eventTimeMs;
    }
  }
  const problems = mistakes.sentences();
  if (trades === 0) {
    const first = problems[0] === undefined ? "" : ` (${problems[0]})`;
    throw unreadable(file, `must hold at least one trade, holds none${first}`);
  }
  mustNotBeSeconds(file, firstMs, lastMs);
  const span = { firstMs: epochMs(firstMs), lastMs: epochMs(lastMs) };
  const daysMs = [...days].toSorted((a, b) => a - b);
  return { trades, rejected: mistakes.total(), problems, symbols: [...symbols].toSorted(), ...span, daysMs };
};

type RejectedRow = Extract<SourceRow, { readonly kind: "rejected" }>;

/** Rejected rows, by what is wrong with them. */
const createMistakes = () => {
  const kinds = new Map<string, { readonly first: RejectedRow; count: number }>();
  return {
    add: (row: RejectedRow): void => {
      const kind = row.problem?.must ?? row.reason;
      const known = kinds.get(kind);
      if (known === undefined) kinds.set(kind, { first: row, count: 1 });
      else known.count++;
    },
    total: (): number => [...kinds.values()].reduce((sum, { count }) => sum + count, 0),
    sentences: (): readonly string[] =>
      [...kinds].map(([kind, { first, count }]) => {
        const was = first.problem === undefined ? "" : `, was ${first.problem.was}`;
        const more = count === 1 ? "" : ` (and ${countOf(count - 1, "more line")})`;
        return `line ${first.line}: ${kind}${was}${more}`;
      }),
  };
};

/** What the year is if these are seconds since 1970: from 1990 to 2100. Taken as milliseconds, they fall into early 1970. */
const SECONDS = { from: Date.UTC(1990, 0) / 1_000, to: Date.UTC(2100, 0) / 1_000 } as const;

const mustNotBeSeconds = (file: string, first: number, last: number): void => {
  if (first < SECONDS.from || last >= SECONDS.to) return;
  const [asSeconds] = new Date(first * 1_000).toISOString().split("T");
  throw unreadable(
    file,
    `must have its times in milliseconds since 1970 or in ISO 8601, has seconds by the look of them: ${first} is ` +
      `${asSeconds} in seconds, but early 1970 in milliseconds; multiply them by 1000`,
  );
};

const unreadable = (file: string, problem: string): PipelineError =>
  new PipelineError("TAPE_FILE_UNREADABLE", `the file ${file} ${problem}`);
