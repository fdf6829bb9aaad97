import { join } from "node:path";
import { readdir, writeFile } from "node:fs/promises";
import { PipelineError } from "#core/errors.ts";
import { openTemporaryDir } from "#local/temporary-dir.ts";
import { buildLambdas } from "#tools/build.ts";
import { lintTemplates } from "#tools/cfn-lint.ts";
import { runCdk } from "#tools/cdk.ts";
import { ACCOUNT, REGION, openMoto, type Moto } from "#tools/moto/moto.ts";
import { openVenv } from "#tools/moto/venv.ts";
import type { ScriptOptions } from "#tools/run-script.ts";
import { mustBeSettings, synthesize } from "./assemble.ts";
import { runCommand, type Arguments } from "./command.ts";
import { readContext } from "./context.ts";
import { countOf, number, say } from "./output.ts";
import { createProgressLine } from "./progress-line.ts";
import { STOPPED, stopSignal } from "./stop-signal.ts";
import { tryStages } from "./verify-stages.ts";

const HELP = `Deploys the app with the CDK's own tool to moto's server on this machine, and asks everything back through AWS's APIs.

Usage: npm run verify:deploy [-- flags]

  -c, --context KEY=VALUE  a setting of the app, like -c shards=4; may repeat   (docs/configuration.md)
  --help                   shows this

Every property of every resource in the templates is compared with what the services say of it. A second stage is deployed
beside the first by npm run deploy, paused, resumed and destroyed, and all is compared once more: the first must be as it
was. Then the referee itself is tried: settings are changed behind CloudFormation's back, and each change must be seen.
cfn-lint reads the templates, too, and those with MSK and Keyspaces, which are not deployed here. No account is touched.
Needs Python 3.11 or newer, and the first time a way to PyPI. The exit code is 1 when anything differs or is found.
`;

const CACHE = join(import.meta.dirname, "../.cache/verify");
const LONGEST_MS = 900_000;

/** What the app as it is does without, the engines that are not deployed here above all. */
const OTHERWISE = {
  stage: "",
  store: "keyspaces",
  stream: "msk",
  arrivalWindowSeconds: "0",
  retryAttempts: "-1",
  fanOut: "broadcast",
  access: "ticket",
  jwtIssuer: "https://issuer.example.com",
  jwtAudiences: "dashboard",
  alarmEmail: "ops@example.com",
  monthlyBudgetDollars: "50",
  tracing: "xray",
} as const;

/** What compare.py says. */
interface Comparison {
  readonly resources: number;
  readonly properties: number;
  readonly kept: readonly string[];
  readonly differences: readonly string[];
}

/** What prove.py says. */
interface Proof {
  readonly seen: readonly string[];
  readonly unseen: readonly string[];
}

type Context = ReturnType<typeof readContext>;

const verify = async (args: Arguments): Promise<number> => {
  const context = readContext(args);
  await mustBeSettings({ CDK_CONTEXT_JSON: JSON.stringify(context) });
  const stop = stopSignal();
  const timeout = AbortSignal.timeout(LONGEST_MS);
  try {
    return await verifyUnless(AbortSignal.any([stop, timeout]), context);
  } catch (error) {
    if (stop.aborted) return STOPPED;
    if (timeout.aborted) {
      const problem = `it must be done within ${LONGEST_MS / 60_000} minutes, was not`;
      throw new PipelineError("TAPE_STATE_INVALID", problem, { cause: error });
    }
    throw error;
  }
};

const verifyUnless = async (signal: AbortSignal, context: Context): Promise<number> => {
  const python = await step("moto and cfn-lint are installed", () => openVenv(CACHE, signal));
  await using folder = await openTemporaryDir("tapestream-verify-");
  const bundlesDir = join(folder.dir, "lambdas");
  await step("built the functions", () => buildLambdas({ outDir: bundlesDir, hasOtherEngines: true }));
  await using moto = await step("started moto's server", () => openMoto(python, signal));
  const options = { environment: { ...moto.environment, BUNDLES_DIR: bundlesDir }, signal };
  const app = new App(join(folder.dir, "cdk.out"), context, options);
  await step("bootstrapped the account", () =>
    runCdk(["bootstrap", `aws://${ACCOUNT}/${REGION}`, "--app", ""], options),
  );
  await step("synthesized and deployed", () => app.deploy());
  const first = (await step("asked everything back", () => moto.run("compare.py", app.dir))) as Comparison;
  const otherDir = join(folder.dir, "otherwise");
  const found = await step("read the templates", () => lint(python, [app.dir, otherDir], { bundlesDir, signal }));
  const isStill = await step("deployed again", () => app.deploysNothing());
  const person = { environment: moto.environment, signal };
  const beside = await step("tried a second stage", () => tryStages(moto, join(folder.dir, "beside"), person));
  const last = (await step("asked everything back", () => moto.run("compare.py", app.dir))) as Comparison;
  const comparison = joined(first, beside.comparison as Comparison, last, beside.wrong);
  const proof = await step("tried the referee", () => prove(moto, app.dir, comparison));
  return report(comparison, isStill, proof, found);
};

/** What is wrong with the templates of the app, and with those of the app as it can be otherwise, synthesized here. */
const lint = async (
  python: string,
  [dir, otherDir]: readonly [string, string],
  { bundlesDir, signal }: { readonly bundlesDir: string; readonly signal: AbortSignal },
): Promise<readonly string[]> => {
  const context = JSON.stringify(OTHERWISE);
  await synthesize({ BUNDLES_DIR: bundlesDir, CDK_OUTDIR: otherDir, CDK_CONTEXT_JSON: context }, signal);
  await writeFile(join(otherDir, `${WRONG}.template.json`), JSON.stringify({ Resources: WRONG_RESOURCES }));
  const said = await lintTemplates(python, [dir, otherDir], { region: REGION, signal });
  const found = said.filter((line) => !line.startsWith(`${WRONG} `));
  const seen = said.length - found.length;
  const mistakes = Object.keys(WRONG_RESOURCES).length;
  return seen === mistakes ? found : [...found, `it must see ${mistakes} mistakes made on purpose, saw ${seen}`];
};

/** A template in which each resource has one mistake, that of a wrong value and of an action that IAM does not have. */
const WRONG = "Wrong";
const WRONG_RESOURCES = {
  Log: { Type: "AWS::Logs::LogGroup", Properties: { RetentionInDays: 31 } },
  Policy: {
    Type: "AWS::IAM::ManagedPolicy",
    Properties: {
      PolicyDocument: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "kinesis:PutRecordss", Resource: "*" }],
      },
    },
  },
} as const;

/** What was compared in all, and every difference once. */
const joined = (first: Comparison, beside: Comparison, last: Comparison, wrong: readonly string[]): Comparison => ({
  resources: first.resources + beside.resources,
  properties: first.properties + beside.properties,
  kept: [...new Set([...first.kept, ...beside.kept])].toSorted(),
  differences: [...new Set([...first.differences, ...beside.differences, ...last.differences, ...wrong])],
});

/** The app as the CDK's tool deploys it. */
class App {
  readonly dir: string;
  readonly #args: readonly string[];
  readonly #options: ScriptOptions;

  constructor(dir: string, context: Context, options: ScriptOptions) {
    this.dir = dir;
    this.#options = options;
    // Change sets lose outputs on moto.
    // Whatever a stage is called in the settings: here the first has no name, and the second another one.
    const settings = Object.entries({ ...context, stage: "" }).flatMap(([key, value]) => [
      "--context",
      `${key}=${value}`,
    ]);
    this.#args = ["deploy", "--all", "--method=direct", "--require-approval=never", "--output", dir, ...settings];
  }

  async deploy(): Promise<string> {
    const progress = createProgressLine();
    try {
      return await runCdk(this.#args, {
        ...this.#options,
        onLine: (line) => progress.show(line.slice(0, LINE_LENGTH)),
      });
    } finally {
      progress.end();
    }
  }

  /** Whether each stack is left as it is. */
  async deploysNothing(): Promise<boolean> {
    const said = await this.deploy();
    const stacks = (await readdir(this.dir)).filter((name) => name.endsWith(".template.json")).length;
    return said.split("(no changes)").length - 1 === stacks;
  }
}

const LINE_LENGTH = 120;

/** A fault can be told apart only in a deployment that is as its templates say; of another, nothing is tried. */
const prove = async (moto: Moto, dir: string, { differences }: Comparison): Promise<Proof> =>
  differences.length > 0 ? { seen: [], unseen: [] } : ((await moto.run("prove.py", dir)) as Proof);

const step = async <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
  const from = performance.now();
  const result = await work();
  say(`${what.padEnd(32)}${((performance.now() - from) / 1_000).toFixed(1).padStart(5)} s`);
  return result;
};

const report = (
  { resources, properties, kept, differences }: Comparison,
  isStill: boolean,
  proof: Proof,
  found: readonly string[],
): number => {
  say(`\ncompared     ${countOf(resources, "resource")}, ${number(properties)} properties`);
  for (const path of kept) say(`  not asked back, as moto forgets it: ${path}`);
  say(`differences  ${number(differences.length)}`);
  for (const difference of differences) say(`  ${difference}`);
  say(`cfn-lint     ${countOf(found.length, "finding")}`);
  for (const finding of found) say(`  ${finding}`);
  say(`second time  ${isStill ? "no changes" : "stacks changed, though nothing had"}`);
  const tried = proof.seen.length + proof.unseen.length;
  say(`the referee  ${tried === 0 ? "was not tried" : `saw ${proof.seen.length} of ${tried} faults made on purpose`}`);
  for (const words of proof.unseen) say(`  did not see: ${words}`);
  const isProven = proof.seen.length > 0 && proof.unseen.length === 0;
  return differences.length === 0 && found.length === 0 && isStill && isProven ? 0 : 1;
};

await runCommand({ help: HELP, options: { context: { type: "string", short: "c", multiple: true } }, run: verify });
