import { readFileSync } from "node:fs";

/** What a process has used so far. */
export interface ProcessUsage {
  /** A function's name, or whatever its environment calls it; undefined when it has none. */
  readonly functionName: string | undefined;
  /** What it was started by, its arguments with spaces between them. */
  readonly commandLine: string;
  readonly cpuMs: number;
  /** The most memory that was resident at once. */
  readonly peakBytes: number;
}

/** Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, in which user space always sees 100 ticks a second */
const TICK_MS = 10;
/** Counted from behind the name, which may hold spaces. */
const [USER_TICKS, SYSTEM_TICKS] = [11, 12] as const;

/** What this process and each of its children have used, by process id. Empty on other systems than Linux. */
export const familyUsage = (): ReadonlyMap<number, ProcessUsage> => {
  if (process.platform !== "linux") return new Map();
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "latin1").trim().split(" ");
  const ids = [process.pid, ...children.filter((id) => id !== "").map(Number)];
  return new Map(
    ids.flatMap((id) => {
      const usage = usageOf(id);
      return usage === undefined ? [] : [[id, usage]];
    }),
  );
};

const usageOf = (id: number): ProcessUsage | undefined => {
  try {
    const read = (name: string): string => readFileSync(`/proc/${id}/${name}`, "latin1");
    const stat = read("stat");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return {
      functionName: /\0AWS_LAMBDA_FUNCTION_NAME=([^\0]*)/.exec(`\0${read("environ")}`)?.[1],
      commandLine: read("cmdline").replaceAll("\0", " ").trim(),
      cpuMs: (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) * TICK_MS,
      peakBytes: Number(/VmHWM:\s*(\d+) kB/.exec(read("status"))?.[1] ?? 0) * 1_024,
    };
  } catch (error) {
    // It has ended meanwhile.
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH"))
      return undefined;
    throw error;
  }
};
