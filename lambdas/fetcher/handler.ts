import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { createReplaySource } from "#adapters/feeds/replay-source.ts";
import { createSimSource } from "#adapters/feeds/sim-source.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { openMeter } from "#adapters/powertools/meter.ts";
import type { TradeSource } from "#core/ports/trade-source.ts";
import { openStores } from "#stores";
import { openFrameStream } from "#ticks";
import { readConfig } from "./config.ts";
import { createFetcher } from "./fetcher.ts";
import { createRun } from "./run.ts";
import type { SourceSpec } from "./source-spec.ts";

const config = readConfig(process.env);
const stores = openStores(config, process.env);
const log = openLogger({ service: "fetcher" });

const fetch = createFetcher({
  stream: openFrameStream(config, process.env),
  leases: stores.leases(config.leasesTable),
  clock,
  random: Math.random,
  freshId: () => randomBytes(8).toString("hex"),
  framing: { lanes: config.lanes, maxTrades: config.frameMaxTrades, maxBytes: config.frameMaxBytes },
  lingerMs: config.lingerMs,
  statuses: stores.statuses(config.checkpointsTable),
  ticksStream: config.ticksStream,
  maxUnfoldedTrades: config.maxUnfoldedTrades,
  log,
  meter: openMeter({ service: "fetcher" }),
});

/** A simulation that goes on in the next run need not begin anew. */
const simulations = new Map<string, TradeSource>();

const openSource = (spec: SourceSpec): TradeSource => {
  if (spec.kind === "replay") return createReplaySource(resolve(import.meta.dirname, spec.file), spec);
  const key = JSON.stringify(spec);
  const source = simulations.get(key) ?? createSimSource(spec);
  simulations.set(key, source);
  return source;
};

export const handler = log.traced(
  createRun({
    fetch,
    defaultSource: config.source,
    openSource,
    clock,
    log,
  }),
);
