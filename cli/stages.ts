import { say } from "./output.ts";

/** The steps of a start, each told with its time. */
export interface Stages {
  readonly totalSeconds: number;
  /** Does `work`, then says what it did and how long it took; where it can take long, `doing` is said before. */
  run<Result>(what: string, work: () => Promise<Result>, doing?: string): Promise<Result>;
}

export const createStages = (): Stages => {
  const startedAt = performance.now();
  const secondsSince = (from: number): number => (performance.now() - from) / 1_000;
  return {
    get totalSeconds() {
      return secondsSince(startedAt);
    },
    run: async (what, work, doing) => {
      if (doing !== undefined) say(`${doing} …`);
      const from = performance.now();
      const result = await work();
      say(`${what.padEnd(32)}${secondsSince(from).toFixed(1).padStart(5)} s`);
      return result;
    },
  };
};
