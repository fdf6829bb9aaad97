/** Of all signals that {@link stopSignal} gave. */
const stops = new Set<AbortController>();

/**
 * Aborts when somebody asks this process to end, or nobody reads what it writes; who asks twice ends it at once.
 */
export const stopSignal = (): AbortSignal => {
  const stop = new AbortController();
  stops.add(stop);
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

/** The exit code of a command that nobody read to its end: that of SIGPIPE, which other commands end by. */
const UNREAD = 141;

/**
 * Ends this process without a word when nobody reads its stdout or stderr any more, as behind `| head -1`: by its
 * {@link stopSignal} where there is one, else at once.
 */
export const endWhenUnread = (): void => {
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
    if (stops.size === 0) process.exit(UNREAD);
    for (const stop of stops) stop.abort();
  };
  process.stdout.on("error", onError);
  process.stderr.on("error", onError);
};

/** The work's result, unless `stop` aborts before. @throws the signal's reason */
export const unlessStopped = <Result>(stop: AbortSignal, work: Promise<Result>): Promise<Result> =>
  Promise.race([
    work,
    new Promise<never>((_, reject) => {
      stop.addEventListener("abort", () => reject(stop.reason as Error), { once: true });
      if (stop.aborted) reject(stop.reason as Error);
    }),
  ]);
