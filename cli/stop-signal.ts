/** Aborts when somebody asks this process to end; who asks twice ends it at once. */
export const stopSignal = (): AbortSignal => {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(STOPPED);
      stop.abort();
    });
  }
  return stop.signal;
};

/** The exit code of a command that was ended before its work was done. */
export const STOPPED = 130;

/** The work's result, unless `stop` aborts before. @throws the signal's reason */
export const unlessStopped = <Result>(stop: AbortSignal, work: Promise<Result>): Promise<Result> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => {
      stop.addEventListener("abort", () => reject(stop.reason as Error), { once: true });
      if (stop.aborted) reject(stop.reason as Error);
    }),
  ]);
