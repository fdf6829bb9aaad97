/** A fault that was injected on purpose. */
export interface InjectedFault {
  readonly kind: string;
  readonly atMs: number;
}

/** What a run in which things go wrong on purpose tells of itself. */
export interface FaultList {
  /** The command that repeats the run. */
  readonly again: string;
  /** In the order of their injection. */
  readonly faults: readonly InjectedFault[];
}

/** The list at `url`, undefined where it cannot be had now. */
export const fetchFaults = async (url: string): Promise<FaultList | undefined> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return response.ok ? readFaults(await response.json()) : undefined;
  } catch {
    return undefined;
  }
};

/** The list in a parsed text; what is no fault is left out. */
const readFaults = (value: unknown): FaultList => {
  const { again, faults } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const all = Array.isArray(faults) ? (faults as readonly unknown[]) : [];
  return {
    again: typeof again === "string" ? again : "",
    faults: all.flatMap((each) => {
      const { kind, atMs } = (each ?? {}) as Readonly<Record<string, unknown>>;
      return typeof kind === "string" && typeof atMs === "number" ? [{ kind, atMs }] : [];
    }),
  };
};
