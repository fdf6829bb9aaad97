import { countOf, number } from "../output.ts";
import type { Noted, Score } from "./score.ts";

/** Shows a score: redrawn in place on a terminal, else a line every few seconds. */
export interface Scoreboard {
  show(score: Score): void;
  /** Leaves what is shown and goes on below it. */
  end(): void;
}

const QUIET_MS = 3_000;
const CELL = 28;
const NARROWEST = 80;

export const createScoreboard = (output: NodeJS.WriteStream = process.stderr): Scoreboard => {
  const startedAt = performance.now();
  let [shownLines, shownAtMs] = [0, Number.NEGATIVE_INFINITY];
  return {
    show: (score) => {
      const parts = summaryOf(score, (performance.now() - startedAt) / 1_000);
      if (output.isTTY) {
        const columns = Math.max(NARROWEST, output.columns);
        const half = Math.ceil(parts.length / 2);
        const lines = [...faultLines(score, columns), parts.slice(0, half).join("   "), parts.slice(half).join("   ")];
        const up = shownLines === 0 ? "" : `\u001B[${shownLines}A`;
        // a line that wraps could not be found again
        output.write(`${up}${lines.map((line) => `\r\u001B[2K${line.slice(0, columns - 1)}\n`).join("")}`);
        shownLines = lines.length;
      } else if (performance.now() - shownAtMs >= QUIET_MS) {
        output.write(`${parts.join("   ")}\n`);
        shownAtMs = performance.now();
      }
    },
    end: () => {
      shownLines = 0;
    },
  };
};

const summaryOf = (score: Score, seconds: number): readonly string[] => {
  const { noted } = score;
  const faults = score.faults();
  const sum = (of: "askedFor" | "injected"): number => faults.reduce((total, fault) => total + fault[of], 0);
  return [
    `${seconds.toFixed(0).padStart(3)} s ${score.phase}`,
    `faults ${sum("injected")} of ${sum("askedFor")}`,
    ...(noted === undefined ? [] : notedParts(noted, score.tradesToSend)),
  ];
};

const notedParts = ({ sent, counts, clientBars, clientSockets }: Noted, tradesToSend: number): readonly string[] => [
  `sent ${number(sent)} of ${countOf(tradesToSend, "trade")}`,
  `folded ${number(counts.trades)}`,
  `duplicates ${number(counts.duplicateTrades)}`,
  `late ${number(counts.lateTrades)}`,
  `rejected ${number(counts.rejected)}`,
  `client ${countOf(clientBars, "bar")}, ${countOf(clientSockets, "socket")}`,
];

const faultLines = (score: Score, columns: number): readonly string[] => {
  const cells = score.faults().map(({ kind, askedFor, injected }) => `${kind} ${injected}/${askedFor}`.padEnd(CELL));
  const inLine = Math.floor(columns / CELL);
  return Array.from({ length: Math.ceil(cells.length / inLine) }, (_, i) =>
    cells
      .slice(i * inLine, (i + 1) * inLine)
      .join("")
      .trimEnd(),
  );
};
