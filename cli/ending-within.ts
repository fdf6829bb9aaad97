import { durationMs, type DurationMs } from "#core/units.ts";

export interface EndingDeps {
  /** The kinds of what keeps the process alive, one each. */
  readonly open: () => readonly string[];
  readonly tell: (line: string) => void;
  readonly exit: (code: number) => void;
}

const PROCESS: EndingDeps = {
  open: () => process.getActiveResourcesInfo(),
  tell: (line) => process.stderr.write(`${line}\n`),
  exit: (code) => process.exit(code),
};

/** Between the end of a run and that of its process. */
export const CLOSE_MS = durationMs(60_000);

/**
 * Disposed of when a run is over and all is to be closed: ends this process with exit code 1 if it has not ended by itself in
 * time, and says what keeps it alive. Whatever a run left open must not keep who started it waiting.
 */
export const endingWithin = (
  limitMs: DurationMs = CLOSE_MS,
  { open, tell, exit }: EndingDeps = PROCESS,
): Disposable => ({
  [Symbol.dispose]: () => {
    setTimeout(() => {
      const kinds = Map.groupBy(open(), (kind) => kind);
      const named = [...kinds].map(([kind, all]) => `${all.length} ${kind}`).join(", ");
      tell(`all must be closed ${limitMs / 1_000} s after a run, was not: ${named} [TAPE_RUN_STALLED]`);
      exit(1);
    }, limitMs).unref();
  },
});
