import { usage } from "./command.ts";
import { findRunning, type Running } from "./running.ts";
import { readWhole } from "./values.ts";

/** The value of `--store`. @throws PipelineError TAPE_USAGE */
export const readPid = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : readWhole("--store", text, 1, 999_999_999);

/** The store of a process, or the one that started last; says which where several run. */
export const chooseRunning = async (pid: number | undefined): Promise<Running> => {
  const all = await findRunning();
  const chosen = pid === undefined ? all[0] : all.find((running) => running.pid === pid);
  if (chosen === undefined) {
    const pids = all.map((running) => running.pid).join(", ");
    throw usage(`--store must be a process whose store runs (${pids}), was ${pid}`);
  }
  const others = all.filter((running) => running !== chosen).map(({ pid, name }) => `--store ${pid} (${name})`);
  if (others.length > 0) {
    const startedAt = new Date(chosen.startedAtMs).toISOString();
    process.stderr.write(
      `reads the store of process ${chosen.pid} (${chosen.name}, since ${startedAt}), not ${others.join(", ")}\n`,
    );
  }
  return chosen;
};
