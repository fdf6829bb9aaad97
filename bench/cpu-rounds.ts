/** Something that is timed: one call is one sample, or a part of one when it is short. */
export type Variant = () => unknown;

export interface Rounds {
  readonly rounds: number;
  /** Calls before the first round. */
  readonly warmUps: number;
  /** A variant that is shorter is called so often in a round that it takes about as long. */
  readonly leastMs: number;
}

/** The rounds of a short run, and those of a measurement. */
export const roundsOf = (isQuick: boolean): Rounds =>
  isQuick ? { rounds: 2, warmUps: 1, leastMs: 1 } : { rounds: 9, warmUps: 3, leastMs: 60 };

/**
 * Milliseconds of CPU time that one call of each variant takes, a sample a round. Within a round the variants take turns,
 * so that what slows the machine slows all of them, and the same round's samples make a fair ratio.
 *
 * CPU time is that of all threads of the process, those that compile and collect garbage among them, as on a function
 * with one virtual CPU. Garbage is not collected between samples: that would throw away what the engine has learnt.
 */
export const cpuRounds = async <Name extends string>(
  variants: Readonly<Record<Name, Variant>>,
  { rounds, warmUps, leastMs }: Rounds,
): Promise<Readonly<Record<Name, readonly number[]>>> => {
  const names = Object.keys(variants) as Name[];
  const repeats = {} as Record<Name, number>;
  const samples = {} as Record<Name, number[]>;
  for (const name of names) {
    await cpuMsOf(variants[name], warmUps);
    repeats[name] = Math.max(1, Math.ceil(leastMs / Math.max(await cpuMsOf(variants[name], 1), 0.001)));
    samples[name] = [];
  }
  for (let round = 0; round < rounds; round++) {
    for (const name of names) samples[name].push((await cpuMsOf(variants[name], repeats[name])) / repeats[name]);
  }
  return samples;
};

/** The quotients of two variants, round by round. */
export const ratiosOf = (above: readonly number[], below: readonly number[]): readonly number[] =>
  above.map((value, round) => value / below[round]!);

const cpuMsOf = async (variant: Variant, calls: number): Promise<number> => {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) await variant();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};
