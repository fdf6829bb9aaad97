import { countOf, number } from "../output.ts";
import type { Score } from "./score.ts";

/** Shows a score: redrawn in place on a terminal, else a line every few seconds. */
export interface Scoreboard {
  show(score: Score): void;
  /** Leaves what is shown and goes on below it. */
  end(): void;
}

const QUIET_MS = 3_000;
const FAULTS_A_LINE = 4;
const CELL = 28;

export const createScoreboard = (output: NodeJS.WriteStream = process.stderr): Scoreboard => {
  const startedAt = performance.now();
  let [shownLines, shownAtMs] = [0, Number.NEGATIVE_INFINITY];
  return {
    show: (score) => {
      const seconds = (performance.now() - startedAt) / 1_000;
      if (output.isTTY) {
        const lines = [...faultLines(score), summaryOf(score, seconds)];
        const up = shownLines === 0 ? "" : `\u001B[${shownLines}A`;
        output.write(`${up}${lines.map((line) => `\r\u001B[2K${line}\n`).join("")}`);
        shownLines = lines.length;
      } else if (performance.now() - shownAtMs >= QUIET_MS) {
        output.write(`${summaryOf(score, seconds)}\n`);
        shownAtMs = performance.now();
      }
    },
    end: () => {
      shownLines = 0;
    },
  };
};

const summaryOf = (score: Score, seconds: number): string => {
  const faults = score.faults();
  const injected = faults.reduce((sum, fault) => sum + fault.injected, 0);
  const askedFor = faults.reduce((sum, fault) => sum + fault.askedFor, 0);
  return [
    `${seconds.toFixed(0).padStart(3)} s ${score.phase}`,
    `faults ${injected} of ${askedFor}`,
    `sent ${number(score.sent)} of ${countOf(score.tradesToSend, "trade")}`,
    `folded ${number(score.folded)}`,
    `duplicates ${number(score.duplicates)}`,
    `late ${number(score.late)}`,
    `rejected ${number(score.rejected)}`,
    `client ${countOf(score.clientBars, "bar")}, ${countOf(score.clientSockets, "socket")}`,
  ].join("   ");
};

const faultLines = (score: Score): readonly string[] => {
  const cells = score.faults().map(({ kind, askedFor, injected }) => `${kind} ${injected}/${askedFor}`.padEnd(CELL));
  return Array.from({ length: Math.ceil(cells.length / FAULTS_A_LINE) }, (_, i) =>
    cells
      .slice(i * FAULTS_A_LINE, (i + 1) * FAULTS_A_LINE)
      .join("")
      .trimEnd(),
  );
};
