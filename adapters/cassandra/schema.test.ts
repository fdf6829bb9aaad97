import { expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { ttlSeconds } from "./schema.ts";

const NOW_MS = epochMs(Date.UTC(2026, 10, 21));
/** Source: https://issues.apache.org/jira/browse/CASSANDRA-14092 */
const CALENDAR_ENDS_MS = 2 ** 31 * 1_000;

test("a row lives as long as readers see it, and two days more", () => {
  expect(ttlSeconds(NOW_MS, durationMs(7 * 86_400_000))).toBe(9 * 86_400);
});

test("a row that would outlive Cassandra's calendar is taken, though its write waits and the node's clock is ahead", () => {
  const waitedMs = 600_000;
  const expiresMs = NOW_MS + waitedMs + ttlSeconds(NOW_MS, durationMs(36_500 * 86_400_000)) * 1_000;
  expect(expiresMs).toBeLessThan(CALENDAR_ENDS_MS);
});
