import { once } from "node:events";
import { resolve } from "node:path";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { csvOf } from "#core/bar-csv.ts";
import { barWindowText, type Bar } from "#core/bar.ts";
import type { SlidingWindow } from "#core/sliding-window.ts";
import type { DurationMs } from "#core/units.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import { openLocalCloud, type CloudEvent, type LocalCloud } from "#local/cloud.ts";
import { openLoopbackServer } from "#local/loopback-server.ts";
import { assemble, slidingSetting } from "./assemble.ts";
import { cloudEventText } from "./cloud-event-text.ts";
import { runCommand, usage, type Arguments } from "./command.ts";
import { endingWithin } from "./ending-within.ts";
import { inspectFile, type FileContents } from "./inspect-file.ts";
import { countOf, number, say } from "./output.ts";
import { mustTakeFile, writeWhole } from "./paths.ts";
import { createProgressLine } from "./progress-line.ts";
import { readBars, spansOf } from "./read-bars.ts";
import { runReplay, type ReplayResult } from "./replay-run.ts";
import { aggregatorEnvironment, announce } from "./running.ts";
import { STOPPED, stopSignal, unlessStopped } from "./stop-signal.ts";
import { mustBeOffered, readBarInterval, readIdleClose, readSliding, readSpeed, readWhole } from "./values.ts";

const HELP = `Sends a file of trades through the whole pipeline on this machine, and reports what came of it.

Usage: npm run replay -- FILE [flags]

  FILE              a CSV or CSV.gz whose header names time, symbol, price and size;
                    times are milliseconds since 1970 or ISO 8601, like 2013-10-07T13:30:00.464Z
  --speed N|max     trade time per wall time; max is as fast as it goes            (default: max)
  --interval I      an interval to count and export, like 10s, 1m, 5m, 1h; may repeat
                    (default: those stored, 10s and 1m, unless --sliding is given)
  --sliding L/S     windows that overlap to count and export, length and step like 10s/5s; may repeat
  --export OUT.csv  writes the bars, by symbol, interval and start
  --shards N        shards of the ticks stream, 1 to 64                            (default: 1)
  --port P          of the local WebSocket API                                     (default: any that is free)
  --idle-close SECONDS
                    how long an idle shard waits before its arrival window is taken to be over, 1 to 120;
                    on AWS up to 2 minutes                                         (default: 1)
  --stay            keeps the store running afterwards, for npm run bars, until Ctrl-C
  --verbose         shows the functions' own log lines
  --help            shows this

Example: npm run replay -- data/trades-2013-10-07-0930.csv.gz --interval 5m --export bars.csv
`;

interface Settings {
  /** As it was named. */
  readonly file: string;
  readonly speed: number | "max";
  /** Empty: those stored, unless sliding windows are wanted. */
  readonly intervalsMs: readonly DurationMs[];
  readonly sliding: readonly SlidingWindow[];
  readonly exportFile: string | undefined;
  readonly shards: number;
  readonly port: number;
  readonly idleCloseMs: DurationMs;
  readonly isStaying: boolean;
  readonly isVerbose: boolean;
}

const readSettings = (args: Arguments): Settings => {
  const [file, ...others] = args.positionals;
  if (file === undefined) throw usage("a file of trades must be named, as in npm run replay -- trades.csv.gz");
  if (others.length > 0) throw usage(`one file must be named, was followed by ${JSON.stringify(others[0])}`);
  const exportFile = args.text("export");
  return {
    file,
    speed: readSpeed(args.text("speed") ?? "max"),
    intervalsMs: args.texts("interval").map(readBarInterval),
    sliding: readSliding(args.texts("sliding")),
    exportFile,
    shards: readWhole("--shards", args.text("shards") ?? "1", 1, 64),
    port: readWhole("--port", args.text("port") ?? "0", 0, 65_535),
    idleCloseMs: readIdleClose(args.text("idle-close")),
    isStaying: args.isSet("stay"),
    isVerbose: args.isSet("verbose"),
  };
};

const replay = async (args: Arguments): Promise<number> => {
  const settings = readSettings(args);
  const { file, exportFile } = settings;
  if (exportFile !== undefined) await mustTakeFile("--export", exportFile, { path: file, what: "the trades" });
  await mustBeFree(settings.port);
  const stop = stopSignal();
  try {
    return await replayFile(settings, stop);
  } catch (error) {
    // Ctrl-C reaches the processes that build, too.
    if (stop.aborted) return STOPPED;
    throw error;
  }
};

const replayFile = async (settings: Settings, stop: AbortSignal): Promise<number> => {
  const contents = await unlessStopped(stop, inspectFile(settings.file));
  say(`${settings.file}: ${countOf(contents.trades, "trade")} of ${contents.symbols.join(", ")}`);
  await using assembly = await assemble({ shards: String(settings.shards), ...slidingSetting(settings.sliding) });
  stop.throwIfAborted();
  await using cloud = await openLocalCloud({
    assemblyDir: assembly.dir,
    port: settings.port,
    schedules: false,
    idleCloseMs: settings.idleCloseMs,
    onEvent: (event) => tell(event, settings.isVerbose),
  });
  using _ = endingWithin();
  Object.assign(process.env, cloud.environment);
  const { intervals, panesTable } = readConfig(aggregatorEnvironment(cloud));
  const storedMs = intervals.map(({ intervalMs }) => intervalMs);
  for (const intervalMs of settings.intervalsMs) mustBeOffered(intervalMs, storedMs);
  const wanted = wantedOf(settings, storedMs);
  const run = { ...settings, file: resolve(settings.file), trades: contents.trades };
  const result = await unlessStopped(stop, runReplay(cloud, run, createProgressLine()));
  await using panes = openDynamoPaneStore({ table: panesTable, intervals, clock });
  const bars: Bar[] = [];
  for (const symbol of contents.symbols) {
    for (const { intervalMs, stepMs } of wanted) {
      for (const span of spansOf(contents.daysMs, intervalMs, stepMs))
        bars.push(...(await readBars(panes, storedMs, { symbol, intervalMs, stepMs, ...span })));
    }
  }
  if (settings.exportFile !== undefined) await writeWhole(settings.exportFile, csvOf(bars));
  report(contents, result, bars.length, wanted, settings.exportFile);
  if (settings.isStaying) await stay(cloud, settings, stop);
  return isAccounted(contents, result) ? 0 : 1;
};

type Wanted = Pick<Bar, "intervalMs" | "stepMs">;

/** The shorter first, sliding windows behind those of an interval of their length. */
const wantedOf = ({ intervalsMs, sliding }: Settings, storedMs: readonly DurationMs[]): readonly Wanted[] => {
  const plain = intervalsMs.length + sliding.length > 0 ? intervalsMs : storedMs;
  const wanted: readonly Wanted[] = [
    ...[...new Set(plain)].map((intervalMs) => ({ intervalMs })),
    ...sliding.map(({ lengthMs, stepMs }) => ({ intervalMs: lengthMs, stepMs })),
  ];
  const stepOf = ({ intervalMs, stepMs = intervalMs }: Wanted): number => stepMs;
  return wanted.toSorted((a, b) => a.intervalMs - b.intervalMs || stepOf(b) - stepOf(a));
};

/** @throws PipelineError TAPE_PORT_IN_USE */
const mustBeFree = async (port: number): Promise<void> => {
  const { server } = await openLoopbackServer(port);
  await new Promise((resolve) => server.close(resolve));
};

/** Whether each trade of the file was folded or, being of the future, rejected. */
const isAccounted = ({ trades }: FileContents, { counts }: ReplayResult): boolean =>
  counts.trades + counts.rejected === trades;

const report = (
  contents: FileContents,
  result: ReplayResult,
  barCount: number,
  wanted: readonly Wanted[],
  exportFile: string | undefined,
): void => {
  const { report: sent, counts, seconds } = result;
  say(`sent        ${countOf(sent.tradesSent, "trade")} in ${countOf(sent.framesSent, "frame")}`);
  say(
    `folded      ${countOf(counts.trades, "trade")} in ${seconds.toFixed(1)} s, ${number(Math.round(counts.trades / seconds))} a second`,
  );
  say(
    `bars        ${number(barCount)} of ${wanted.map(barWindowText).join(", ")}${exportFile === undefined ? "" : `, in ${exportFile}`}`,
  );
  say(`duplicates  ${number(counts.duplicateTrades)}`);
  say(`rejected    ${number(contents.rejected + counts.rejected)}`);
  for (const problem of contents.problems) say(`  ${problem}`);
  if (counts.rejected > 0) say(`  ${number(counts.rejected)} of the future: their times are ahead of the clock`);
  if (!isAccounted(contents, result))
    say(`WRONG: the trades folded must be ${number(contents.trades)}, were ${number(counts.trades)}`);
};

const stay = async (cloud: LocalCloud, { file }: Settings, stop: AbortSignal): Promise<void> => {
  await using _ = await announce(cloud, `npm run replay -- ${file} --stay`);
  say("the store runs on; read it with npm run bars -- --symbol S --interval I, end it with Ctrl-C");
  if (!stop.aborted) await once(stop, "abort");
};

const tell = (event: CloudEvent, isVerbose: boolean): void => {
  const text = isVerbose ? JSON.stringify(event) : cloudEventText(event);
  if (text !== undefined) process.stderr.write(`${text}\n`);
};

await runCommand({
  help: HELP,
  options: {
    speed: { type: "string" },
    interval: { type: "string", multiple: true },
    sliding: { type: "string", multiple: true },
    export: { type: "string" },
    shards: { type: "string" },
    port: { type: "string" },
    "idle-close": { type: "string" },
    stay: { type: "boolean" },
    verbose: { type: "boolean" },
  },
  takesFile: true,
  run: replay,
});
