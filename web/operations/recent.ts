/** So far back anything is recent. */
export const RECENT_MS = 60_000;

/** What half of some values do not exceed, and what 95 of 100 do not. */
export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly count: number;
}

/** Values of the last minute. Times are of any clock that never goes back. */
export class Recent {
  #samples: { readonly value: number; readonly atMs: number }[] = [];

  add(value: number, atMs: number): void {
    this.#samples.push({ value, atMs });
    this.#forget(atMs);
  }

  sum(nowMs: number): number {
    this.#forget(nowMs);
    return this.#samples.reduce((sum, { value }) => sum + value, 0);
  }

  count(nowMs: number): number {
    this.#forget(nowMs);
    return this.#samples.length;
  }

  /** Undefined where there are none. */
  quantiles(nowMs: number): Quantiles | undefined {
    this.#forget(nowMs);
    const values = this.#samples.map(({ value }) => value).toSorted((a, b) => a - b);
    const at = (share: number): number => values[Math.ceil(share * values.length) - 1]!;
    return values.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95), count: values.length };
  }

  #forget(nowMs: number): void {
    const first = this.#samples.findIndex(({ atMs }) => atMs > nowMs - RECENT_MS);
    if (first !== 0) this.#samples = first < 0 ? [] : this.#samples.slice(first);
  }
}
