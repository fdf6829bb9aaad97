import { setTimeout as delay } from "node:timers/promises";

const LONGEST_MS = 120_000;

/** Resolves as soon as `isSo`, which is asked every `everyMs`; rejects with `what` when that takes two minutes. */
export const until = async (what: string, isSo: () => Promise<boolean> | boolean, everyMs = 50): Promise<void> => {
  const giveUpMs = performance.now() + LONGEST_MS;
  while (!(await isSo())) {
    if (performance.now() > giveUpMs) throw new RangeError(`${what}, but not within ${LONGEST_MS / 1_000} s`);
    await delay(everyMs);
  }
};
