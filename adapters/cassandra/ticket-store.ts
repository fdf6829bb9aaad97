import type { TicketStore } from "#core/ports/ticket-store.ts";
import { durationMs } from "#core/units.ts";
import { openKeyspace, type CassandraOptions } from "./client.ts";
import { insertIfAbsent } from "./registers.ts";

/** A used ticket is remembered for so long after it expired: the clocks of who asks may differ. */
const MARGIN_MS = durationMs(300_000);

/**
 * Used tickets in Cassandra.
 *
 *     connection 1   insert ------------------> stored               IF NOT EXISTS
 *     connection 2       insert --------------> no, shows 1
 *     1, again              insert -----------> no, shows 1: mine    (the answer was lost)
 */
export const openCassandraTicketStore = (options: CassandraOptions): TicketStore => {
  const keyspace = openKeyspace(options);
  return {
    use: async ({ id, expiresAtMs }, connectionId) => {
      const ttlSeconds = Math.max(1, Math.ceil((expiresAtMs + MARGIN_MS - keyspace.clock.nowMs()) / 1_000));
      const write = { table: "tickets", key: { id }, columns: { connection: connectionId }, register: "connection" };
      const { query, params } = insertIfAbsent(keyspace, { ...write, ttlSeconds });
      const standing = await keyspace.writeIf(query, params);
      return standing === undefined || standing.get("connection") === connectionId;
    },
  };
};
