/**
 * Calls `act` at once, but not again before `pauseMs` are over: what is asked for meanwhile is done once, at their end.
 */
export const paced = (pauseMs: number, act: () => void): (() => void) => {
  let doneAtMs = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = (): void => {
    timer = undefined;
    doneAtMs = performance.now();
    act();
  };
  return () => {
    if (timer !== undefined) return;
    const waitMs = doneAtMs + pauseMs - performance.now();
    if (waitMs <= 0) run();
    else timer = setTimeout(run, waitMs);
  };
};
