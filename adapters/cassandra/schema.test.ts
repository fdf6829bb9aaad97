import { Client } from "cassandra-driver";
import { expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { migrate, ttlSeconds } from "./schema.ts";

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

/** What a node with these keyspaces is asked, when the schema of `bars` is made. */
const askedOf = async (...keyspaces: readonly string[]): Promise<readonly string[]> => {
  const asked: string[] = [];
  const execute = async (query: string, values: readonly unknown[] = []) => {
    asked.push(query);
    const isKnown = query.includes("system_schema.keyspaces") && keyspaces.includes(String(values[0]));
    return { rows: isKnown ? [{}] : [] };
  };
  const client = Object.assign(new Client({ contactPoints: ["127.0.0.1"], localDataCenter: "dc" }), { execute });
  const day = durationMs(86_400_000);
  await migrate(client, { keyspace: "Bars", replicas: 3, dataCenter: "dc", intervals: [], rejectedKeepMs: day });
  await client.shutdown();
  return asked.filter((query) => query.startsWith("CREATE KEYSPACE"));
};

test("a keyspace is made where there is none, and not asked for where there is one: not everybody may make any", async () => {
  expect(await askedOf("others")).toHaveLength(1);
  expect(await askedOf("others", "bars")).toEqual([]);
});
