/** One line of progress: rewritten in place on a terminal, else a line of its own every few seconds. */
export interface ProgressLine {
  show(text: string): void;
  /** Leaves the line as it is and goes to the next. */
  end(): void;
}

const QUIET_MS = 3_000;

export const createProgressLine = (output: NodeJS.WriteStream = process.stderr): ProgressLine => {
  let shown = "";
  let shownAtMs = 0;
  return {
    show: (text) => {
      if (text === shown) return;
      if (!output.isTTY && performance.now() - shownAtMs < QUIET_MS) return;
      output.write(output.isTTY ? `\r\u001B[2K${text}` : `${text}\n`);
      shown = text;
      shownAtMs = performance.now();
    },
    end: () => {
      if (output.isTTY && shown !== "") output.write("\n");
      shown = "";
    },
  };
};
