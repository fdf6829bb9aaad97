import { readFile } from "node:fs/promises";
import { PutRecordCommand } from "@aws-sdk/client-kinesis";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openKinesisClient } from "#adapters/kinesis/client.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { barRow } from "#core/bar-row.ts";
import { readInterval } from "#core/interval.ts";
import { epochMs } from "#core/units.ts";
import { readConfig, type AggregatorConfig } from "#lambdas/aggregator/config.ts";
import { readBars } from "../cli/read-bars.ts";
import type { RunningCloud } from "../cli/running.ts";

/** Bars as rows of the export's columns. */
export type Rows = readonly (readonly (string | number)[])[];

/** Lets AWS clients of this process reach the local cloud that `file` tells of, and returns what its aggregator is told. */
const reach = async (file: string): Promise<AggregatorConfig> => {
  const running = JSON.parse(await readFile(file, "utf8")) as RunningCloud;
  Object.assign(process.env, running.environment);
  return readConfig(running.aggregator);
};

export interface StoredRange {
  readonly symbol: string;
  readonly interval: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What the store of a running cloud holds of the bars that start in a range. */
export const storedBars = async (file: string, { symbol, interval, fromMs, toMs }: StoredRange): Promise<Rows> => {
  const { intervals, panesTable } = await reach(file);
  await using panes = openDynamoPaneStore({ table: panesTable, intervals, clock });
  const intervalMs = readInterval(interval)!;
  const storedMs = intervals.map(({ intervalMs }) => intervalMs);
  const wanted = { symbol, intervalMs, fromMs: epochMs(fromMs), toMs: epochMs(toMs) };
  return (await readBars(panes, storedMs, wanted)).map(barRow);
};

/** Puts one JSON trade into the stream of a running cloud, as any other producer may. */
export const putTrade = async (file: string, trade: Readonly<Record<string, string | number>>): Promise<void> => {
  const { ticksStream } = await reach(file);
  const client = openKinesisClient();
  const Data = Buffer.from(JSON.stringify(trade));
  await client.send(new PutRecordCommand({ StreamName: ticksStream, PartitionKey: String(trade["symbol"]), Data }));
  client.destroy();
};
