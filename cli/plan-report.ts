import { intervalText } from "#core/interval.ts";
import type { Alternative } from "#core/plan/alternatives.ts";
import type { Bill, BillLine } from "#core/plan/bill.ts";
import type { FunctionPlan } from "#core/plan/lambda.ts";
import { MONTH_HOURS } from "#core/plan/load.ts";
import type { Plan } from "#core/plan/plan.ts";
import type { ShardLimit } from "#core/plan/shards.ts";
import { ACCOUNT_CALLS_PER_SECOND, HEARTBEAT_MIB } from "#core/plan/sockets.ts";
import { STATE_LIMIT_BYTES } from "#core/plan/state-size.ts";
import { countOf } from "./output.ts";
import { assumptionsOf, PRICES_WORDS } from "./plan-words.ts";

/** A terminal is taken to be so wide. */
export const REPORT_WIDTH = 100;

/** The lines of the report: capacity first, then the bill, then what the same costs otherwise. */
export const reportOf = (plan: Plan): readonly string[] => [
  ...wrapped(loadWords(plan)),
  "",
  "CAPACITY",
  ...capacityLines(plan),
  ...(plan.notes.length === 0 ? [] : ["", "NOTE", ...bulleted(plan.notes)]),
  "",
  `A MONTH${plan.load.hoursPerMonth === MONTH_HOURS ? "" : `, trades in ${plan.load.hoursPerMonth} hours of it`}`,
  ...billLines(plan.bill),
  totalLine("a month in which nothing trades, without what is stored", plan.idle.totalDollars),
  totalLine("a month in which it is paused, without what is stored", plan.paused.totalDollars),
  "",
  "THE SAME TRADES INTO THE SAME PANES (bars, store and sockets cost the same behind each)",
  ...plan.alternatives.flatMap((alternative) => alternativeLines(alternative)),
  "",
  "TAKEN FOR GRANTED",
  ...bulleted(assumptionsOf(plan)),
  "",
  ...wrapped(PRICES_WORDS),
];

const loadWords = ({ load }: Plan): string => {
  const intervals = load.intervals.map(
    ({ intervalMs, keepMs }) => `${intervalText(intervalMs)} for ${daysText(keepMs)}`,
  );
  const viewers = `${countOf(load.viewerCount, "viewer")} of ${countOf(load.symbolsPerViewer, "symbol")} each`;
  const window =
    load.arrivalWindowSeconds === 0 ? "no arrival window" : `arrival windows of ${load.arrivalWindowSeconds} s`;
  return `${whole(load.tradesPerSecond)} trades/s of ${countOf(load.symbolCount, "symbol")}, ${viewers}, bars of ${intervals.join(" and ")}, ${window}`;
};

const DAY_MS = 86_400_000;
const daysText = (keepMs: number): string => countOf(keepMs / DAY_MS, "day");

const capacityLines = ({ load, capacity }: Plan): readonly string[] => {
  const { ticks, bars, sockets, store } = capacity;
  const { frames, fold, state } = ticks;
  return [
    ...streamLines("ticks stream", ticks.shards, ticks.limits),
    row(
      "  frames",
      `${whole(frames.framesPerSecond)}/s of ${short(frames.tradesPerFrame)} trades, ${whole(frames.bytesPerFrame)} bytes; ${short(frames.bytesPerTrade)} bytes/trade`,
    ),
    ...(state === undefined
      ? []
      : [
          row(
            "  state of a shard",
            `${whole(state.stateBytes)} of ${whole(STATE_LIMIT_BYTES)} bytes as base64: ${whole(state.paneCount)} panes`,
          ),
        ]),
    row("  aggregator", functionWords(ticks.aggregator)),
    row("", `at such a mix one folds about ${whole(Number(ticks.foldedPerShard.toPrecision(2)))} trades/s`),
    ...streamLines("bars stream", bars.shards, bars.limits),
    row("  updates", `${whole(bars.rowsPerSecond)} panes/s`),
    row("  broadcast", functionWords(sockets.broadcast)),
    row("heartbeat, fetcher", `1 invocation each at all hours, ${HEARTBEAT_MIB} and 512 MB`),
    row(
      "store",
      `${whole(fold.panePuts)} pane writes/s, ${whole(fold.paneReads)} reads/s, ${short(store.otherWrites)} other writes/s`,
    ),
    row(
      "",
      `${whole(fold.panesKept)} panes once full; ${short(sockets.flushReadUnits)} read units/s to ask who wants what`,
    ),
    ...socketLines(load, sockets),
  ];
};

const socketLines = ({ viewerCount }: Plan["load"], sockets: Plan["capacity"]["sockets"]): readonly string[] => [
  row(
    "sockets",
    `${short(sockets.updatesPerSecond)} updates/s + ${short(sockets.heartbeatsPerSecond)} heartbeats/s, ${short(sockets.bytesPerSecond / 1e6)} MB/s;`,
  ),
  row(
    "",
    `${whole(sockets.callsPerSecond)} of ${whole(ACCOUNT_CALLS_PER_SECOND)} calls/s to @connections, ${whole(viewerCount * 60)} connection minutes an hour`,
  ),
];

const streamLines = (name: string, shards: number, limits: readonly ShardLimit[]): readonly string[] => [
  row(name, countOf(shards, "shard")),
  ...limits.map((limit) => row(`  ${limit.name}`, `${countOf(limit.shards, "shard").padEnd(11)}${limitWords(limit)}`)),
];

const limitWords = ({ unit, load, perShard, fullest }: ShardLimit): string =>
  `${short(load)} ${unit}; one takes ${short(perShard)}${fullest === 1 ? "" : `, planned ${fullest * 100} % full`}`;

const functionWords = ({ memoryMiB, concurrency, invocationsPerSecond, busySeconds }: FunctionPlan): string =>
  `${whole(concurrency)} at once, ${whole(memoryMiB)} MB, ${short(invocationsPerSecond)} invocations/s, ${short((busySeconds * memoryMiB) / 1_024)} GB-s/s`;

const LABEL_WIDTH = 20;
const row = (label: string, text: string): string => `${label.padEnd(LABEL_WIDTH)}${text}`;

const billLines = ({ lines, totalDollars }: Bill): readonly string[] => [
  ...lines.map(billLine),
  totalLine("total", totalDollars),
];

const billLine = ({ name, quantity, unit, unitDollars, dollars }: BillLine): string =>
  `${name.padEnd(34)}${short(quantity).padStart(14)} ${unit.padEnd(22)} at ${price(unitDollars).padEnd(13)}${money(dollars).padStart(12)}`;

const totalLine = (name: string, dollars: number): string =>
  `${name.padEnd(REPORT_WIDTH - 13)}${money(dollars).padStart(12)}`;

const alternativeLines = ({ name, words, bill }: Alternative): readonly string[] => [
  totalLine(`${name}: ${words}`, bill.totalDollars),
  ...bill.lines.map((line) => `    ${line.name.padEnd(34)}${money(line.dollars).padStart(12)}`),
];

const bulleted = (sentences: readonly string[]): readonly string[] =>
  sentences.flatMap((sentence) => wrapped(sentence, "- ").map((line, index) => (index === 0 ? line : `  ${line}`)));

/** `text` in lines that fit, broken between words. */
const wrapped = (text: string, start = ""): readonly string[] => {
  const lines: string[] = [];
  for (const word of `${start}${text}`.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= REPORT_WIDTH - 2)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
};

const whole = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 0 });

/** Few digits where the number is small. */
const short = (value: number): string =>
  value.toLocaleString("en-US", { maximumFractionDigits: value < 0.1 ? 3 : value < 10 ? 2 : value < 1_000 ? 1 : 0 });

const money = (dollars: number): string =>
  `$${dollars.toLocaleString("en-US", { maximumFractionDigits: 2, minimumFractionDigits: 2 })}`;

const price = (dollars: number): string => `$${String(Number(dollars.toPrecision(6)))}`;
