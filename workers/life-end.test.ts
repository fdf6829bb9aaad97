import { expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { lifeEnd } from "./life-end.ts";

const LIFE_MS = durationMs(5_000);
const NOW_MS = 1_760_000_000_000;

const endsOf = (nowMs: number, partitions: readonly number[]): readonly number[] =>
  partitions.map((partition) => lifeEnd(epochMs(nowMs), LIFE_MS, partition));

test("partitions store one after the other: lives that begin together end apart", () => {
  for (const count of [2, 4, 8, 64]) {
    const partitions = Array.from({ length: count }, (_, partition) => partition);
    const phases = endsOf(NOW_MS, partitions).map((end) => end % LIFE_MS);
    const sorted = phases.toSorted((a, b) => a - b);
    const gaps = sorted.map((phase, i) => (sorted[i + 1] ?? sorted[0]! + LIFE_MS) - phase);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(LIFE_MS / count / 2);
  }
});

test("a partition's lives end as far apart as a life is long, though storing takes a while", () => {
  const [first] = endsOf(NOW_MS, [3]) as [number];
  for (const storedMs of [0, 1, 1_000, 2_499]) expect(endsOf(first + storedMs, [3])).toEqual([first + LIFE_MS]);
});

test("no life is shorter than half of one, nor longer than one and a half", () => {
  for (let nowMs = NOW_MS; nowMs < NOW_MS + LIFE_MS; nowMs += 77) {
    for (const end of endsOf(nowMs, [0, 1, 2, 3, 4, 5])) {
      expect(end - nowMs).toBeGreaterThanOrEqual(LIFE_MS / 2);
      expect(end - nowMs).toBeLessThan(LIFE_MS * 1.5);
    }
  }
});
