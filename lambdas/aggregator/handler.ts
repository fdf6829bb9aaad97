import { openKinesisUpdateStream } from "#adapters/kinesis/update-stream.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { zstdPacking } from "#adapters/node/state-packing.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { openMeter } from "#adapters/powertools/meter.ts";
import { noteOnce } from "#core/noted-symbols.ts";
import { MAX_STATE_BYTES } from "#core/plan/state-size.ts";
import { openStores } from "#stores";
import { byShard, openShardReader } from "#ticks";
import { createAggregator } from "./aggregator.ts";
import { readConfig } from "./config.ts";

const config = readConfig(process.env);
const stores = openStores(config, process.env);

const log = openLogger({ service: "aggregator" });

const aggregate = createAggregator({
  stream: config.ticksStream,
  rules: {
    intervalsMs: config.intervals.map(({ intervalMs }) => intervalMs),
    maxOutOfOrdernessMs: config.maxOutOfOrdernessMs,
    clockSkewMs: config.clockSkewMs,
    maxStateBytes: MAX_STATE_BYTES,
    retentionMs: config.ticksRetentionMs,
  },
  panes: stores.panes(config.panesTable, config.intervals),
  checkpoints: stores.checkpoints(config.checkpointsTable),
  rejected: stores.rejected(config.rejectedTable, config.rejectedKeepMs),
  shards: openShardReader(config, process.env),
  symbols: noteOnce(stores.symbols(config.symbolsTable)),
  statuses: stores.statuses(config.checkpointsTable),
  marks: stores.marks(config.checkpointsTable),
  gaps: stores.gaps(config.checkpointsTable),
  packing: zstdPacking,
  clock,
  updates: openKinesisUpdateStream({ stream: config.barsStream }),
  log,
  meter: openMeter({ service: "aggregator" }),
});

export const handler = log.traced(byShard(aggregate));
