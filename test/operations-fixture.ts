import type { ShardOperations } from "#core/protocol/operations.ts";
import { epochMs } from "#core/units.ts";

/** A shard of which nothing is known but what a test says. */
export const shardOperations = (given: Partial<ShardOperations> = {}): ShardOperations => ({
  shard: "shardId-000000000000@a",
  last: "1",
  lastArrivalMs: epochMs(0),
  isBehind: false,
  watermarkMs: undefined,
  eventTimeMs: undefined,
  ingestTimeMs: undefined,
  arrivalTimeMs: undefined,
  foldedTimeMs: undefined,
  records: 0,
  trades: 0,
  late: 0,
  corrected: 0,
  duplicates: 0,
  rejected: 0,
  stateBytes: 0,
  panes: 0,
  ...given,
});
