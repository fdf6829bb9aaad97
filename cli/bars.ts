import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { isSymbol } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import { runCommand, usage, type Arguments } from "./command.ts";
import { csvOf, jsonOf, readBars } from "./read-bars.ts";
import { findRunning } from "./running.ts";
import { readInstant, readOfferedInterval } from "./values.ts";

const HELP = `Prints the bars of one symbol from the store that runs on this machine.

Usage: npm run bars -- --symbol S --interval I [flags]

  --symbol S         as in the feed, like IBM
  --interval I       stored or a multiple of a stored one, like 10s, 1m, 5m, 1h
  --from T           first bar start, inclusive: 2013-10-07T13:30:00Z or ms since 1970
                     (default: a day's worth, or 1,000 bars if that is longer, before --to)
  --to T             bar starts before this                    (default: behind the newest trade)
  --format csv|json  (default: csv)
  --help             shows this

A store runs while npm start or npm run replay -- FILE --stay does.
`;

const DAY_MS = 86_400_000;

const bars = async (args: Arguments): Promise<number> => {
  const symbol = args.text("symbol");
  if (symbol === undefined || !isSymbol(symbol)) throw usage("--symbol must name a symbol, like --symbol IBM");
  const interval = args.text("interval");
  if (interval === undefined) throw usage("--interval must be given, like --interval 1m");
  const format = args.text("format") ?? "csv";
  if (format !== "csv" && format !== "json") throw usage(`--format must be csv or json, was ${JSON.stringify(format)}`);
  const [from, to] = [args.text("from"), args.text("to")];
  if (args.positionals.length > 0)
    throw usage(`only flags are known, was given ${JSON.stringify(args.positionals[0])}`);

  const running = await findRunning();
  Object.assign(process.env, running.environment);
  const { intervals, panesTable, checkpointsTable, ticksStream } = readConfig(running.aggregator);
  const storedMs = intervals.map(({ intervalMs }) => intervalMs);
  const intervalMs = readOfferedInterval(interval, storedMs);
  await using checkpoints = openDynamoCheckpointStore({ table: checkpointsTable, clock });
  const newest = (await checkpoints.list(ticksStream)).map(({ newestEventTimeMs }) => newestEventTimeMs ?? 0);
  const toMs = to === undefined ? epochMs(Math.max(0, ...newest) + 1) : readInstant("--to", to);
  const fromMs =
    from === undefined ? epochMs(toMs - Math.max(DAY_MS, 1_000 * intervalMs)) : readInstant("--from", from);
  if (fromMs >= toMs) throw usage("--from must be before --to");
  await using panes = openDynamoPaneStore({ table: panesTable, intervals, clock });
  const found = await readBars(panes, storedMs, { symbol, intervalMs, fromMs, toMs });
  process.stdout.write(format === "csv" ? csvOf(found) : jsonOf(found));
  if (found.length === 0) process.stderr.write(`no bars of ${symbol} start in that span\n`);
  return 0;
};

await runCommand({
  help: HELP,
  options: {
    symbol: { type: "string" },
    interval: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    format: { type: "string" },
  },
  run: bars,
});
