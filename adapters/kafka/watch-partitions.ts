/** A topic is asked so often how many partitions it has; clients keep what they know of it as long. */
const EVERY_MS = 5_000;

/**
 * Tells when a topic has more partitions than `known`, and again when it has still more. What fails, asking or telling, is
 * tried again at the next time.
 */
export const watchPartitions = (
  known: number,
  ask: () => Promise<number>,
  tell: (count: number) => unknown,
): AsyncDisposable => {
  let told = known;
  let asking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    const count = await ask();
    if (count <= told) return;
    await tell(count);
    told = count;
  };
  const timer = setInterval(() => {
    asking ??= look()
      .catch(() => undefined)
      .finally(() => (asking = undefined));
  }, EVERY_MS);
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await asking;
    },
  };
};
