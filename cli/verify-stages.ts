import { join } from "node:path";
import { PipelineError } from "#core/errors.ts";
import type { Moto } from "#tools/moto/moto.ts";
import { runScript, type ScriptOptions } from "#tools/run-script.ts";

/** The stage that is deployed beside the one without a name. */
const STAGE = "Beside";

/** Settings by which it is made of what the default does without: mail, a budget, consumers of its own, tokens. */
const SETTINGS = [
  "alarmEmail=ops@example.com",
  "monthlyBudgetDollars=50",
  "fanOut=both",
  "access=jwt",
  "jwtIssuer=https://issuer.example.com",
  "jwtAudiences=dashboard",
] as const;

const BESIDE = ["--stage", STAGE] as const;
const DEPLOY = [...BESIDE, "--yes", "--method", "direct"] as const;
const DEPLOYED = /^dashboard +https:/m;

/** What {@link tryStages} found. */
export interface StageTrial {
  /** What compare.py says of the second stage. */
  readonly comparison: unknown;
  /** What is wrong, a sentence each. */
  readonly wrong: readonly string[];
}

/**
 * Deploys a second stage to the same account by the commands that a person has, compares it, pauses it, resumes it, and destroys it
 * but for its data; then deploys it once more as it is by default, and destroys that with all data. Each command must act
 * on the stage that it was told, and say so, and nothing may be left but what is said to be. Whether the first stage is as
 * it was is for the caller to ask.
 */
export const tryStages = async (moto: Moto, outDir: string, options: ScriptOptions): Promise<StageTrial> => {
  const person = new Person({ ...options, environment: { ...options.environment, CDK_OUTDIR: outDir } });
  const before = await moto.list();
  const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
  await person.runs("deploy", [...DEPLOY, ...settings], DEPLOYED);
  const comparison = await moto.run("compare.py", outDir);
  await person.runs("pause", BESIDE, /^Beside-TapestreamPipeline .* is paused: (\d+) switches of \1 put off$/m);
  await person.runs("resume", ["--stage", ""], /^TapestreamPipeline .* is at work: 0 switches of /m);
  await person.runs("resume", BESIDE, /^Beside-TapestreamPipeline .* is at work: (\d+) switches of \1 put on$/m);
  await person.isRefused("destroy", BESIDE, /somebody must be asked "Delete these stacks\?"/);
  const said = await person.runs("destroy", [...BESIDE, "--keep-data", "--yes"], /^kept, and still billed/m);
  await person.runs("destroy", BESIDE, /^nothing of tapestream's stage Beside .*\n.* reached with --stage ""$/m);
  const kept = await moto.list();
  await person.runs("deploy", DEPLOY, DEPLOYED);
  await person.runs("destroy", [...BESIDE, "--delete-data", "--yes"], /^deleted as well: \d+ resources with data$/m);
  const left = [
    ...without(kept, before).filter((thing) => !isNamed(said, thing)),
    ...without(await moto.list(), kept),
  ].map((thing) => `destroy must leave nothing that it does not name, left ${thing}`);
  return { comparison, wrong: [...person.wrong, ...left] };
};

const without = (things: readonly string[], others: readonly string[]): readonly string[] => {
  const known = new Set(others);
  return things.filter((thing) => !known.has(thing));
};

/** Whether the last word of a line of the inventory is in the lines about what is kept. */
const isNamed = (said: string, thing: string): boolean =>
  said.slice(said.indexOf("kept, and still billed")).includes(thing.slice(thing.lastIndexOf(" ") + 1));

/** Runs the commands as a person would, and gathers what they should have said. */
class Person {
  readonly wrong: string[] = [];
  readonly #options: ScriptOptions;

  constructor(options: ScriptOptions) {
    this.#options = options;
  }

  async runs(name: string, args: readonly string[], mustSay: RegExp): Promise<string> {
    const said = await runScript({ name, file: join(import.meta.dirname, `${name}.ts`), args }, this.#options);
    this.#check(name, args, mustSay, said);
    return said;
  }

  async isRefused(name: string, args: readonly string[], mustSay: RegExp): Promise<void> {
    const script = { name, file: join(import.meta.dirname, `${name}.ts`), args };
    const said = await runScript(script, this.#options).then(
      () => "nothing, and did it",
      (error: unknown) => (error instanceof PipelineError ? error.message : Promise.reject(error)),
    );
    this.#check(name, args, mustSay, said);
  }

  #check(name: string, args: readonly string[], mustSay: RegExp, said: string): void {
    if (!mustSay.test(said))
      this.wrong.push(`${name} ${args.join(" ")} must say ${String(mustSay)}, said ${said.trim()}`);
  }
}
