import { openCassandraCheckpointStore } from "#adapters/cassandra/checkpoint-store.ts";
import type { CassandraOptions } from "#adapters/cassandra/client.ts";
import { openCassandraGapStore } from "#adapters/cassandra/gap-store.ts";
import { openCassandraPaneStore } from "#adapters/cassandra/pane-store.ts";
import { openCassandraRejectedStore } from "#adapters/cassandra/rejected-store.ts";
import type { KeptInterval } from "#adapters/cassandra/schema.ts";
import { openCassandraShardStatusStore } from "#adapters/cassandra/shard-status.ts";
import { openCassandraSymbolRegister } from "#adapters/cassandra/symbol-register.ts";
import { plainPacking } from "#adapters/memory/state-packing.ts";
import type { LifePorts } from "#core/life.ts";
import { noteOnce } from "#core/noted-symbols.ts";
import type { DurationMs } from "#core/units.ts";

export interface CassandraPortsOptions extends CassandraOptions {
  readonly intervals: readonly KeptInterval[];
  readonly rejectedKeepMs: DurationMs;
}

/** Where lives of a worker keep what they fold. Their state stays in the process, and so is not packed. */
export const cassandraPorts = (options: CassandraPortsOptions): Omit<LifePorts, "shards" | "updates"> => ({
  panes: openCassandraPaneStore(options),
  checkpoints: openCassandraCheckpointStore(options),
  rejected: openCassandraRejectedStore({ ...options, keepMs: options.rejectedKeepMs }),
  symbols: noteOnce(openCassandraSymbolRegister(options)),
  statuses: openCassandraShardStatusStore(options),
  gaps: openCassandraGapStore(options),
  packing: plainPacking,
  clock: options.clock,
});
