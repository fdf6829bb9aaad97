import type { Figure } from "../bench/figure.ts";
import { BENCHMARKS, FIGURE_NAMES, isMeant } from "../bench/registry.ts";
import { originOf, readMedians, type Report } from "../bench/report.ts";
import { runAlone } from "../bench/run-alone.ts";
import { tableHead, tableRow } from "../bench/table.ts";
import { runCommand, usage, type Arguments } from "./command.ts";
import { say } from "./output.ts";
import { mustTakeFile, writeWhole } from "./paths.ts";
import { createProgressLine } from "./progress-line.ts";

const HELP = `Measures how fast the pipeline and its parts are, on this machine.

Usage: npm run bench [-- flags]

  --only NAME,…     figures, or what their names begin with: handler, handler.vs_plain, latency
  --json FILE       writes {machine, node, date, commit, results: [{name, case, unit, median, min, max}]}
  --compare FILE    shows each median as so many times the one in a file that --json wrote
  --quick           small sizes and few rounds: shows that all of it runs, the figures mean little
  --help            shows this

Figures: ${[...new Set(FIGURE_NAMES.map((name) => name.split(".")[0]))].join(", ")}; docs/performance-details.md says what each is.
`;

const bench = async (args: Arguments): Promise<number> => {
  const wanted = wantedNames(args.texts("only").flatMap((text) => text.split(",")));
  const [json, compare] = [args.text("json"), args.text("compare")];
  const read = compare === undefined ? [] : [{ path: compare, what: "that of --compare" }];
  if (json !== undefined) await mustTakeFile("--json", json, ...read);
  const compared = compare === undefined ? undefined : await readMedians(compare);
  const origin = await originOf();
  say(`${origin.machine}; node ${origin.node}; commit ${origin.commit}; ${origin.date.slice(0, 10)}\n`);
  say(tableHead(compared !== undefined));
  const results: Figure[] = [];
  try {
    await measure(wanted, args.isSet("quick"), (figure) => {
      results.push(figure);
      say(tableRow(figure, compared?.of(figure)));
    });
  } finally {
    // What was measured before something failed took long enough.
    const report: Report = { ...origin, results };
    if (json !== undefined) await writeWhole(json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  return results.length === 0 ? 1 : 0;
};

const measure = async (
  wanted: readonly string[],
  isQuick: boolean,
  onFigure: (figure: Figure) => void,
): Promise<void> => {
  const progress = createProgressLine();
  for (const [benchmark, { names }] of BENCHMARKS.entries()) {
    const own = names.filter((name) => wanted.includes(name));
    if (own.length === 0) continue;
    await runAlone({ benchmark, isQuick, wanted: own }, (message) => {
      if (message.kind === "progress") return progress.show(message.text);
      progress.end();
      if (message.kind === "lacking") return say(`left out ${own.join(", ")}: ${message.text}`);
      onFigure(message.figure);
    });
    progress.end();
  }
};

/** The figures that the wishes mean, all without one. @throws PipelineError TAPE_USAGE for a wish that means none. */
const wantedNames = (wishes: readonly string[]): readonly string[] => {
  for (const wish of wishes) {
    if (wish === "" || !FIGURE_NAMES.some((name) => isMeant(wish, name)))
      throw usage(`--only must name figures, or what their names begin with, named ${JSON.stringify(wish)}`);
  }
  return wishes.length === 0 ? FIGURE_NAMES : FIGURE_NAMES.filter((name) => wishes.some((wish) => isMeant(wish, name)));
};

await runCommand({
  help: HELP,
  options: {
    only: { type: "string", multiple: true },
    json: { type: "string" },
    compare: { type: "string" },
    quick: { type: "boolean" },
  },
  run: bench,
});
