import { randomInt } from "node:crypto";
import { FAULT_KINDS } from "#local/misbehaviour/fault-kind.ts";
import { openAndRunChaos } from "./chaos/open.ts";
import { problemsOf } from "./chaos/outcome.ts";
import { jsonOf, tableOf } from "./chaos/report.ts";
import { createScoreboard } from "./chaos/scoreboard.ts";
import { readChaosSettings } from "./chaos/settings.ts";
import { runCommand, type Arguments } from "./command.ts";
import { say } from "./output.ts";
import { mustTakeFile, writeWhole } from "./paths.ts";
import { STOPPED, stopSignal } from "./stop-signal.ts";

const HELP = `Sends trades through the whole pipeline on this machine while everything misbehaves, and holds every bar of the
store, and every bar that a connected client ended up with, to an oracle that sorts all trades and folds them once.

Usage: npm run chaos [-- flags]

  --seed N          of all that is left to chance: trades, faults and their places     (default: a new one, and printed)
  --for SECONDS     how long trades are sent, about; then all settles, and is compared (default: 60)
  --speed N|max     trade time per wall time; max is as fast as it goes                (default: all within --for)
  --source replay|sim
                    replay: a file of trades; sim: a simulated market                  (default: replay)
  --file F          a CSV or CSV.gz whose header names time, symbol, price and size    (default: the shipped hour)
  --faults A,B,…    what goes wrong                                                    (default: all of the list below)
  --report OUT.json writes the outcome as JSON
  --port P          serves a dashboard of the run there, with what was injected in its operations view
  --help            shows this

The trades come by three producers of frames, one of JSON records and the app's own fetcher: out of order, some held
back for any part of the source's time, some dated back by up to 3 hours, and frames repeated under new positions.

Exit code 0 says that every bar is equal, 1 that one is not, that some are missing, that a fault asked for was not
injected, or that the run came to a halt, and where; the last line of an outcome repeats the run.

Faults:
${listed(FAULT_KINDS)}
`;

function listed(names: readonly string[]): string {
  const lines = [""];
  for (const name of names) {
    if (`${lines.at(-1)} ${name}`.length > 100) lines.push("");
    lines.push(`${lines.pop() ?? ""} ${name}`);
  }
  return lines.map((line) => ` ${line}`).join("\n");
}

const LARGEST_SEED = 1_000_000;

const chaos = async (args: Arguments): Promise<number> => {
  const settings = readChaosSettings(args, () => randomInt(LARGEST_SEED));
  const { reportFile, file } = settings;
  if (reportFile !== undefined) await mustTakeFile("--report", reportFile, { path: file, what: "the trades" });
  const stop = stopSignal();
  say(settings.again);
  try {
    let isWell = false;
    await openAndRunChaos(settings, createScoreboard(), stop, async (outcome) => {
      if (reportFile !== undefined) await writeWhole(reportFile, jsonOf(outcome));
      say(tableOf(outcome));
      isWell = problemsOf(outcome).length === 0;
    });
    return isWell ? 0 : 1;
  } catch (error) {
    // Ctrl-C reaches the processes that build, too.
    if (stop.aborted) return STOPPED;
    throw error;
  }
};

await runCommand({
  help: HELP,
  options: {
    seed: { type: "string" },
    for: { type: "string" },
    speed: { type: "string" },
    source: { type: "string" },
    file: { type: "string" },
    faults: { type: "string" },
    report: { type: "string" },
    port: { type: "string" },
  },
  run: chaos,
});
