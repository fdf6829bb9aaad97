/** `act`, but at most once in `everyMs`: soon after the first call, and once more after those that came too early. */
export const calmly = (everyMs: number, act: () => void): (() => void) => {
  let lastMs = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    timer ??= setTimeout(
      () => {
        timer = undefined;
        lastMs = performance.now();
        act();
      },
      Math.max(0, lastMs + everyMs - performance.now()),
    );
  };
};
