import { setTimeout as delay } from "node:timers/promises";
import { csvOf } from "#core/bar-csv.ts";
import { PipelineError } from "#core/errors.ts";
import type { CheckpointStore } from "#core/ports/checkpoint-store.ts";
import { isSymbol } from "#core/trade.ts";
import { epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import { runCommand, usage, type Arguments } from "./command.ts";
import { number } from "./output.ts";
import { jsonOf, readBars } from "./read-bars.ts";
import { mustHaveTraded } from "./must-have-traded.ts";
import { createProgressLine } from "./progress-line.ts";
import { openBarsStores } from "./bars-stores.ts";
import { readPid } from "./choose-running.ts";
import { mustBeFolded, mustBeOffered, readBarInterval, readInstant, readSliding } from "./values.ts";

const HELP = `Prints the bars of one symbol from the store that runs on this machine, or from Cassandra.

Usage: npm run bars -- --symbol S --interval I [flags]
       npm run bars -- --symbol S --sliding L/S [flags]

  --symbol S         as in the feed, like IBM
  --interval I       stored or a multiple of a stored one, like 10s, 1m, 5m, 1h
  --sliding L/S      windows that overlap, length and step like 10s/5s: the last 10 s, every 5 s
  --from T           first bar start, inclusive: 2013-10-07T13:30:00Z or ms since 1970
                     (default: a day's worth, or 1,000 bars if that is longer, before --to)
  --to T             bar starts before this                    (default: behind the newest trade)
  --format csv|json  (default: csv)
  --store PID        of the process whose store to read, where several run    (default: the one that started last)
  --help             shows this

A store runs while npm start, npm run start:kafka or npm run replay -- FILE --stay does. Where CASSANDRA_CONTACT_POINTS is
set and no --store is named, it is that of the workers there, with the other variables that these take (docs/kafka.md).
`;

const DAY_MS = 86_400_000;
/** So many stored windows are looked through at most, in some thousands of queries. */
const MAX_WINDOWS = 4_320_000;

const bars = async (args: Arguments): Promise<number> => {
  const symbol = args.text("symbol");
  if (symbol === undefined || !isSymbol(symbol)) throw usage("--symbol must name a symbol, like --symbol IBM");
  const { lengthMs: intervalMs, stepMs } = readWindow(args);
  const format = args.text("format") ?? "csv";
  if (format !== "csv" && format !== "json") throw usage(`--format must be csv or json, was ${JSON.stringify(format)}`);
  const given = readSpan(args);
  const pid = readPid(args.text("store"));

  await using resources = new AsyncDisposableStack();
  const { storedMs, stream, checkpoints, panes, symbols } = await openBarsStores(pid, resources);
  if (stepMs === undefined) mustBeOffered(intervalMs, storedMs);
  else mustBeFolded({ lengthMs: intervalMs, stepMs }, storedMs);
  const span = spanOf(given, await newestTrade(checkpoints, stream), intervalMs);
  const longestMs = MAX_WINDOWS * Math.min(...storedMs);
  if (span.toMs - span.fromMs > longestMs)
    throw usage(`--from and --to must be at most ${number(longestMs / DAY_MS)} days apart; ask for them in parts`);
  const found = await readBars(panes, storedMs, { symbol, intervalMs, stepMs, ...span });
  if (found.length === 0) await mustHaveTraded(symbols, symbol);
  process.stdout.write(format === "csv" ? csvOf(found) : jsonOf(found));
  if (found.length === 0) process.stderr.write(`no bars of ${symbol} start in that span\n`);
  return 0;
};

/** The windows asked for, without a step where they are an interval's. */
const readWindow = (args: Arguments): { readonly lengthMs: DurationMs; readonly stepMs?: DurationMs } => {
  const [interval, sliding] = [args.text("interval"), args.text("sliding")];
  if (interval !== undefined && sliding !== undefined) throw usage("--interval and --sliding exclude each other");
  if (sliding !== undefined) return readSliding([sliding])[0]!;
  if (interval === undefined) throw usage("--interval must be given, like --interval 1m");
  return { lengthMs: readBarInterval(interval) };
};

interface GivenSpan {
  readonly from: EpochMs | undefined;
  readonly to: EpochMs | undefined;
}

const readSpan = (args: Arguments): GivenSpan => {
  const [from, to] = ["from", "to"].map((name) => {
    const text = args.text(name);
    return text === undefined ? undefined : readInstant(`--${name}`, text);
  });
  if (from !== undefined && to !== undefined && from >= to) throw usage("--from must be before --to");
  return { from, to };
};

const spanOf = ({ from, to }: GivenSpan, newestMs: EpochMs, intervalMs: DurationMs) => {
  if (from !== undefined && to === undefined && from > newestMs)
    throw usage(`--from must be before the newest trade (${new Date(newestMs).toISOString()}), or come with --to`);
  const toMs = to ?? epochMs(newestMs + 1);
  return { fromMs: from ?? epochMs(toMs - Math.max(DAY_MS, 1_000 * intervalMs)), toMs };
};

const PATIENCE_MS = 10_000;
const PEEK_MS = 250;

/** When the newest trade of the store happened; waits for the first one, for some seconds. */
const newestTrade = async (checkpoints: CheckpointStore, stream: string): Promise<EpochMs> => {
  const progress = createProgressLine();
  for (let waitedMs = 0; waitedMs <= PATIENCE_MS; waitedMs += PEEK_MS) {
    const known = (await checkpoints.list(stream)).flatMap(({ newestEventTimeMs }) => newestEventTimeMs ?? []);
    if (known.length > 0) {
      progress.end();
      return epochMs(Math.max(...known));
    }
    progress.show("the store runs and is empty so far, waits for its first trades");
    await delay(PEEK_MS);
  }
  progress.end();
  throw new PipelineError(
    "TAPE_STORE_UNAVAILABLE",
    `the store must hold a trade, runs and holds none after ${PATIENCE_MS / 1_000} s: try again when trades have come`,
  );
};

await runCommand({
  help: HELP,
  options: {
    symbol: { type: "string" },
    interval: { type: "string" },
    sliding: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    store: { type: "string" },
    format: { type: "string" },
  },
  run: bars,
});
