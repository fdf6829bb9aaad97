import { createInterface } from "node:readline/promises";
import { usage } from "../command.ts";

/**
 * Whether a person at the terminal says yes. Anything but `y` or `yes` is no.
 * @throws PipelineError TAPE_USAGE where nobody can be asked; `instead` names the flags that answer beforehand
 */
export const isConfirmed = async (question: string, instead: string): Promise<boolean> => {
  if (!process.stdin.isTTY)
    throw usage(`somebody must be asked "${question}", but this is no terminal: ${instead} answers`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
};
