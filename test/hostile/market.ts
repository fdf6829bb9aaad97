import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openKinesisClient } from "#adapters/kinesis/client.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import type { LocalCloud } from "#local/cloud.ts";
import { aggregatorEnvironment } from "../../cli/running.ts";

export const INTERVAL_MS = durationMs(10_000);
export const SYMBOLS = ["IBM", "SPY"];

let sequence = 0;

/** Puts a trade of each symbol at each of these times into the stream. */
export const putTrades = async (cloud: LocalCloud, timesMs: readonly number[]): Promise<void> => {
  const kinesis = openKinesisClient();
  const lines = timesMs.flatMap((eventTimeMs) =>
    SYMBOLS.map((symbol) => JSON.stringify({ symbol, price: "10.5", size: 1, eventTimeMs, sequence: ++sequence })),
  );
  const { ticksStream } = readConfig(aggregatorEnvironment(cloud));
  const Records = [{ PartitionKey: "same", Data: Buffer.from(lines.join("\n")) }];
  await kinesis.send(new PutRecordsCommand({ StreamName: ticksStream, Records }));
  kinesis.destroy();
};

/** The bars of the last day in the store, a line each. */
export const storedRows = async (cloud: LocalCloud): Promise<readonly string[]> => {
  const { panesTable, intervals } = readConfig(aggregatorEnvironment(cloud));
  await using panes = openDynamoPaneStore({ table: panesTable, intervals, clock });
  const range = { startMs: epochMs(clock.nowMs() - 86_400_000), endMs: epochMs(clock.nowMs() + 60_000) };
  const all = await Promise.all(SYMBOLS.map((symbol) => panes.range({ symbol, intervalMs: INTERVAL_MS, ...range })));
  return all.flatMap((found) => barsOf(found, INTERVAL_MS).map((bar) => barRow(bar).join(",")));
};
