import { METRICS } from "../metrics.ts";
import { LOG_BYTES_PER_INVOCATION, SENT_LINE_BYTES } from "./assumed.ts";
import { billOf, lineOf, tieredLineOf, type Bill, type BillLine } from "./bill.ts";
import { changedSymbolsOf, keptBytesOf } from "./fold-load.ts";
import type { Capacity } from "./capacity.ts";
import type { FunctionPlan } from "./lambda.ts";
import { hasFanOut, MONTH_HOURS, type PlanLoad } from "./load.ts";
import { mskDataLines, mskStandingLines, type MskStanding } from "./msk-cost.ts";
import { DATA_OUT, MESSAGES, PRICES } from "./prices.ts";
import { payloadUnitsOf } from "./shards.ts";
import { HEARTBEAT_MIB } from "./sockets.ts";

const GIB = 2 ** 30;
const GB = 1e9;
const MILLION = 1e6;
const ALWAYS_SECONDS = MONTH_HOURS * 3_600;

/** The fetcher is started each minute, and stays a little longer to hand over. */
const FETCHER = { memoryMiB: 512, secondsPerMinute: 62 } as const;
const MINUTES = MONTH_HOURS * 60;

/** What a month of `load` costs with this capacity: what is used by the hours of trading, what stands by all of them. */
export const costOf = (load: PlanLoad, capacity: Capacity): Bill =>
  billOf([
    ...foldLines(load, capacity),
    ...barsLines(load, capacity),
    ...fanOutLines(load, capacity),
    ...storeLines(load, capacity),
    ...socketLines(load, capacity),
    ...standingLines(load, capacity),
    ...watchLines(),
  ]);

/** What a month costs in which nothing trades, with a capacity that stands ready for `load`; what is stored comes on top. */
export const idleCostOf = (load: PlanLoad, capacity: Capacity): Bill =>
  billOf([
    ...pausedCostOf(standingShardsOf(load, capacity)).lines,
    ...standingLines({ ...load, hoursPerMonth: 0 }, capacity),
  ]);

/** What bills by the hour, whether anything runs or not: shards, or partitions of a topic of MSK instead of those of ticks. */
export type Standing = ({ readonly ticks: number } | MskStanding) & {
  readonly bars: number;
  /** Shards that consumers of enhanced fan-out read, each consumer's counted by itself. */
  readonly consumed: number;
};

/** The shards that stand by with a capacity. */
export const standingShardsOf = ({ fanOut }: PlanLoad, { ticks, bars }: Capacity): Standing => ({
  ticks: ticks.shards,
  bars: bars.shards,
  consumed: (hasFanOut(fanOut, "aggregator") ? ticks.shards : 0) + (hasFanOut(fanOut, "broadcast") ? bars.shards : 0),
});

/** What a month costs in which nothing runs, with so much standing by; what is stored comes on top. */
export const pausedCostOf = (standing: Standing): Bill =>
  billOf([
    ...("ticks" in standing ? [shardLine("ticks", standing.ticks)] : mskStandingLines(standing)),
    shardLine("bars", standing.bars),
    ...consumerLines(standing.consumed),
    ...watchLines(),
  ]);

/** The bill with MSK's lines in the place of those of the ticks stream. */
export const onMsk = ({ lines }: Bill, standing: MskStanding, gigabytes: number): Bill =>
  billOf([
    ...mskStandingLines(standing),
    ...mskDataLines(gigabytes),
    ...lines.filter(({ name }) => !name.startsWith("ticks stream: ")),
  ]);

/** GB of frames in a month of `load`. */
export const frameGigabytesOf = (load: PlanLoad, { ticks }: Capacity): number =>
  (ticks.frames.framesPerSecond * ticks.frames.bytesPerFrame * tradingSeconds(load)) / GB;

/** What brings trades to panes: the lines that the alternatives have others for. */
export const foldLines = (load: PlanLoad, { ticks }: Capacity): readonly BillLine[] => {
  const { framesPerSecond, bytesPerFrame } = ticks.frames;
  return [
    ...streamLines("ticks", load, ticks.shards, payloadUnitsOf(framesPerSecond, bytesPerFrame)),
    ...functionLines("aggregator", load, ticks.aggregator),
  ];
};

/** The lines of a provisioned stream, whose shards are paid by all hours. */
export const streamLines = (
  name: string,
  load: PlanLoad,
  shards: number,
  payloadUnits: number,
): readonly BillLine[] => [
  shardLine(name, shards),
  lineOf(`${name} stream: records`, (payloadUnits * tradingSeconds(load)) / MILLION, PRICES.payloadUnits),
];

const shardLine = (name: string, shards: number): BillLine =>
  lineOf(`${name} stream: shards`, shards * MONTH_HOURS, PRICES.shardHour);

const consumerLines = (shards: number): readonly BillLine[] =>
  shards === 0 ? [] : [lineOf("fan-out: shards", shards * MONTH_HOURS, PRICES.consumerShardHour)];

/** What those pay who read by enhanced fan-out, by the shard and by what they read. */
const fanOutLines = (load: PlanLoad, capacity: Capacity): readonly BillLine[] => {
  const { consumed } = standingShardsOf(load, capacity);
  if (consumed === 0) return [];
  const { framesPerSecond, bytesPerFrame } = capacity.ticks.frames;
  const ticksBytes = hasFanOut(load.fanOut, "aggregator") ? framesPerSecond * bytesPerFrame : 0;
  const barsBytes = hasFanOut(load.fanOut, "broadcast") ? capacity.bars.bytesPerSecond : 0;
  const gib = ((ticksBytes + barsBytes) * tradingSeconds(load)) / GIB;
  return [...consumerLines(consumed), lineOf("fan-out: read", gib, PRICES.consumerRead)];
};

/** The lines of a function that works while trades flow. */
export const functionLines = (
  name: string,
  load: PlanLoad,
  { memoryMiB, busySeconds, invocationsPerSecond }: FunctionPlan,
): readonly BillLine[] => {
  const seconds = tradingSeconds(load);
  return [
    lineOf(`${name}: duration`, (busySeconds * seconds * memoryMiB) / 1_024, PRICES.lambdaSeconds),
    lineOf(`${name}: invocations`, (invocationsPerSecond * seconds) / MILLION, PRICES.lambdaRequests),
  ];
};

const barsLines = (load: PlanLoad, { bars, sockets }: Capacity): readonly BillLine[] => [
  ...streamLines("bars", load, bars.shards, bars.recordsPerSecond),
  ...functionLines("broadcast", load, sockets.broadcast),
];

const storeLines = (load: PlanLoad, { ticks, store, sockets }: Capacity): readonly BillLine[] => {
  const perMonth = tradingSeconds(load) / MILLION;
  const gib = keptBytesOf(ticks.fold) / GIB;
  return [
    lineOf("panes: writes", ticks.fold.panePuts * perMonth, PRICES.writes),
    lineOf("panes: reads at first touch", ticks.fold.paneReads * perMonth, PRICES.reads),
    lineOf("checkpoints and statuses: writes", store.otherWrites * perMonth + symbolWrites(load), PRICES.writes),
    lineOf("subscribers: reads", sockets.flushReadUnits * perMonth, PRICES.reads),
    lineOf("panes: storage, once full", gib, PRICES.storage),
    lineOf("panes: point-in-time recovery", gib, PRICES.restorable),
  ];
};

/** In millions: a symbol is noted on its first trade of a day. */
const symbolWrites = (load: PlanLoad): number => ((MONTH_HOURS / 24) * changedSymbolsOf(load, 86_400)) / MILLION;

const socketLines = (load: PlanLoad, { sockets }: Capacity): readonly BillLine[] => {
  const seconds = tradingSeconds(load);
  return [
    tieredLineOf("sockets: messages", (sockets.callsPerSecond * seconds) / MILLION, MESSAGES),
    lineOf("sockets: connections", (load.viewerCount * seconds) / 60 / MILLION, PRICES.connectionMinutes),
    tieredLineOf("sockets: data out", (sockets.bytesPerSecond * seconds) / GIB, DATA_OUT),
  ];
};

/** What runs and is paid for at all hours, and the logs of all. */
const standingLines = (load: PlanLoad, { ticks, sockets, store }: Capacity): readonly BillLine[] => {
  const gbSeconds = (MINUTES * FETCHER.secondsPerMinute * FETCHER.memoryMiB + ALWAYS_SECONDS * HEARTBEAT_MIB) / 1_024;
  const invocations =
    (ticks.aggregator.invocationsPerSecond + sockets.broadcast.invocationsPerSecond) * tradingSeconds(load);
  const logBytes = (invocations + 2 * MINUTES) * LOG_BYTES_PER_INVOCATION + tradingSeconds(load) * SENT_LINE_BYTES;
  return [
    lineOf("fetcher, heartbeat: duration", gbSeconds, PRICES.lambdaSeconds),
    lineOf("fetcher, heartbeat: invocations", (2 * MINUTES) / MILLION, PRICES.lambdaRequests),
    lineOf("heartbeat: reads", (store.heartbeatReadUnits * ALWAYS_SECONDS) / MILLION, PRICES.reads),
    lineOf("logs", logBytes / GIB, PRICES.logs),
  ];
};

/** What it takes to be told, and to seal tickets: see infra/constructs/alarm-specs.ts and the list of metrics. */
const watchLines = (): readonly BillLine[] => [
  lineOf("alarms", ALARM_METRIC_COUNT, PRICES.alarmMetric),
  lineOf("metrics of the functions", Object.keys(METRICS).length, PRICES.ownMetric),
  lineOf("the operator's board", 1, PRICES.board),
  lineOf("the secret of tickets", 1, PRICES.secret),
];

/**
 * Metrics that the alarms of the default settings ask for, each alarm's counted by itself, as they are paid for. Other
 * settings have a few more or fewer, a dime each.
 */
export const ALARM_METRIC_COUNT = 42;

const tradingSeconds = ({ hoursPerMonth }: PlanLoad): number => hoursPerMonth * 3_600;
