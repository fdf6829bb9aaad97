import { JSON_TRADE_BYTES, PLAIN_FOLD_NS, TRADES_PER_KPU } from "./assumed.ts";
import { billOf, lineOf, type Bill } from "./bill.ts";
import type { Capacity } from "./capacity.ts";
import { foldLines, functionLines, streamLines } from "./cost.ts";
import { foldLoadOf } from "./fold-load.ts";
import { MONTH_HOURS, type PlanLoad } from "./load.ts";
import { PRICES } from "./prices.ts";
import { payloadUnitsOf, shardsOf, streamLimits } from "./shards.ts";
import { aggregatorMemoryOf, aggregatorOf, foldLimit } from "./ticks.ts";

/** One way to bring the same trades into the same panes. Bars, store and sockets cost the same behind each. */
export interface Alternative {
  readonly name: string;
  /** What it consists of, and what is taken for granted. */
  readonly words: string;
  readonly bill: Bill;
}

/** tapestream first, then others at their best: without any head room. */
export const alternativesOf = (load: PlanLoad, capacity: Capacity): readonly Alternative[] => [
  {
    name: "tapestream",
    words: `${counted(capacity.ticks.shards, "Kinesis shard")}, frames`,
    bill: billOf(foldLines(load, capacity)),
  },
  oneRecordPerTrade(load),
  serverlessKafka(load),
  expressKafka(load),
];

/** The same formulas: records in bind long before bytes do. */
const oneRecordPerTrade = (load: PlanLoad): Alternative => {
  const { tradesPerSecond } = load;
  const bytesPerSecond = tradesPerSecond * JSON_TRADE_BYTES;
  const fold = foldLoadOf(load, PLAIN_FOLD_NS);
  const memoryMiB = aggregatorMemoryOf(fold.cpuSeconds);
  const limits = [...streamLimits(bytesPerSecond, tradesPerSecond, 1), foldLimit(fold, memoryMiB, 1)];
  const shards = shardsOf(limits);
  const aggregator = aggregatorOf(fold, { perSecond: tradesPerSecond, bytesPerSecond }, shards, memoryMiB);
  const units = payloadUnitsOf(tradesPerSecond, JSON_TRADE_BYTES);
  return {
    name: "one record per trade",
    words: `${counted(shards, "Kinesis shard")} without head room, JSON, a plain handler`,
    bill: billOf([...streamLines("ticks", load, shards, units), ...functionLines("aggregator", load, aggregator)]),
  };
};

/** MB/s into one partition. Source: https://docs.aws.amazon.com/msk/latest/developerguide/limits.html */
const PARTITION_MB = 5;
/** MB/s into one broker of kind m7g.large. Source: https://docs.aws.amazon.com/msk/latest/developerguide/limits.html */
const EXPRESS_BROKER_MB = 15.6;
const LEAST_BROKERS = 3;
const RETENTION_HOURS = 24;
const GB = 1e9;

const serverlessKafka = (load: PlanLoad): Alternative => {
  const { perMonth, kept, perSecond } = jsonGigabytes(load);
  const partitions = Math.max(1, Math.ceil((perSecond * 1_000) / PARTITION_MB));
  return {
    name: "MSK Serverless + Flink",
    words: `${counted(partitions, "partition")}, ${kpusOf(load)} KPUs; JSON, not compressed`,
    bill: billOf([
      lineOf("MSK Serverless: cluster", MONTH_HOURS, PRICES.mskClusterHour),
      lineOf("MSK Serverless: partitions", partitions * MONTH_HOURS, PRICES.mskPartitionHour),
      lineOf("MSK Serverless: data in", perMonth, PRICES.mskIn),
      lineOf("MSK Serverless: data out", perMonth, PRICES.mskOut),
      lineOf("MSK Serverless: a day's storage", kept, PRICES.mskStorage),
      flinkLine(load),
    ]),
  };
};

const expressKafka = (load: PlanLoad): Alternative => {
  const { perMonth, kept, perSecond } = jsonGigabytes(load);
  const brokers = Math.max(LEAST_BROKERS, Math.ceil((perSecond * 1_000) / EXPRESS_BROKER_MB));
  return {
    name: "MSK Express + Flink",
    words: `${brokers} brokers m7g.large, ${kpusOf(load)} KPUs; JSON, not compressed`,
    bill: billOf([
      lineOf("MSK Express: brokers", brokers * MONTH_HOURS, PRICES.expressBrokerHour),
      lineOf("MSK Express: data in", perMonth, PRICES.expressIn),
      lineOf("MSK Express: a day's storage", kept, PRICES.mskStorage),
      flinkLine(load),
    ]),
  };
};

const jsonGigabytes = ({ tradesPerSecond, hoursPerMonth }: PlanLoad) => {
  const perSecond = (tradesPerSecond * JSON_TRADE_BYTES) / GB;
  const perMonth = perSecond * hoursPerMonth * 3_600;
  return { perSecond, perMonth, kept: perMonth * (RETENTION_HOURS / MONTH_HOURS) };
};

/** One for the application itself, and those that fold. Source: https://docs.aws.amazon.com/managed-flink/latest/java/how-pricing.html */
const kpusOf = ({ tradesPerSecond }: PlanLoad): number => 1 + Math.ceil(tradesPerSecond / TRADES_PER_KPU);

const flinkLine = (load: PlanLoad) => lineOf("Managed Flink: KPUs", kpusOf(load) * MONTH_HOURS, PRICES.kpuHour);

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? "" : "s"}`;
