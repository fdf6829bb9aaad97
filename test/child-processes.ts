import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface ChildOf {
  readonly pid: number;
  /** Its program and arguments. */
  readonly command: string;
}

/** The processes that `pid` started and that live. */
export const childrenOf = async (pid: number): Promise<readonly ChildOf[]> => {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,args="]);
  return stdout.split("\n").flatMap((line) => {
    const [, child, parent, command] = /^ *(\d+) +(\d+) (.*)$/.exec(line) ?? [];
    return Number(parent) === pid ? [{ pid: Number(child), command: command! }] : [];
  });
};
