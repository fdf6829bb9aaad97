import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import { openDynamoGapStore } from "#adapters/dynamodb/gap-store.ts";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openDynamoRejectedStore } from "#adapters/dynamodb/rejected-store.ts";
import { openDynamoShardStatusStore } from "#adapters/dynamodb/shard-status.ts";
import { openDynamoSymbolRegister } from "#adapters/dynamodb/symbol-register.ts";
import { openKinesisShardReader } from "#adapters/kinesis/shard-reader.ts";
import { openKinesisUpdateStream } from "#adapters/kinesis/update-stream.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { zstdPacking } from "#adapters/node/state-packing.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { openMeter } from "#adapters/powertools/meter.ts";
import { noteOnce } from "#core/noted-symbols.ts";
import { MAX_STATE_BYTES } from "#core/plan/state-size.ts";
import { createAggregator } from "./aggregator.ts";
import { readConfig } from "./config.ts";

const config = readConfig(process.env);
const log = openLogger({ service: "aggregator" });

export const handler = log.traced(
  createAggregator({
    stream: config.ticksStream,
    rules: {
      intervalsMs: config.intervals.map(({ intervalMs }) => intervalMs),
      maxOutOfOrdernessMs: config.maxOutOfOrdernessMs,
      clockSkewMs: config.clockSkewMs,
      maxStateBytes: MAX_STATE_BYTES,
      retentionMs: config.ticksRetentionMs,
    },
    panes: openDynamoPaneStore({ table: config.panesTable, intervals: config.intervals, clock }),
    checkpoints: openDynamoCheckpointStore({ table: config.checkpointsTable, clock }),
    rejected: openDynamoRejectedStore({ table: config.rejectedTable, keepMs: config.rejectedKeepMs, clock }),
    shards: openKinesisShardReader({ stream: config.ticksStream }),
    symbols: noteOnce(openDynamoSymbolRegister({ table: config.symbolsTable, clock })),
    statuses: openDynamoShardStatusStore({ table: config.checkpointsTable, clock }),
    gaps: openDynamoGapStore({ table: config.checkpointsTable, clock }),
    packing: zstdPacking,
    clock,
    updates: openKinesisUpdateStream({ stream: config.barsStream }),
    log,
    meter: openMeter({ service: "aggregator" }),
  }),
);
