import { join } from "node:path";
import { PipelineError } from "#core/errors.ts";
import type { Moto } from "#tools/moto/moto.ts";
import { runScript, type ScriptOptions } from "#tools/run-script.ts";

/** The stage that is deployed beside the one without a name. */
const STAGE = "Beside";

/** Settings by which it is made of what the default does without: mail, a budget, consumers of its own, tokens, data that goes. */
const SETTINGS = [
  "alarmEmail=ops@example.com",
  "monthlyBudgetDollars=50",
  "fanOut=both",
  "access=jwt",
  "jwtIssuer=https://issuer.example.com",
  "jwtAudiences=dashboard",
] as const;

const BESIDE = ["--stage", STAGE] as const;

/** What {@link tryStages} found. */
export interface StageTrial {
  /** What compare.py says of the second stage. */
  readonly comparison: unknown;
  /** What is wrong, a sentence each. */
  readonly wrong: readonly string[];
}

/**
 * Deploys a second stage to the same account by the commands that a person has, compares it, pauses it, resumes it, and destroys it
 * but for its data. Each command must act on the stage that it was told, and say so, and nothing but the data may be left.
 * Whether the first stage is as it was is for the caller to ask.
 */
export const tryStages = async (moto: Moto, outDir: string, options: ScriptOptions): Promise<StageTrial> => {
  const person = new Person({ ...options, environment: { ...options.environment, CDK_OUTDIR: outDir } });
  const before = await moto.list();
  const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
  await person.runs("deploy", [...BESIDE, ...settings, "--yes", "--method", "direct"], /^dashboard +https:/m);
  const comparison = await moto.run("compare.py", outDir);
  await person.runs("pause", BESIDE, /^Beside-TapestreamPipeline .* is paused: (\d+) switches of \1 put off$/m);
  await person.runs("resume", ["--stage", ""], /^TapestreamPipeline .* is at work: 0 switches of /m);
  await person.runs("resume", BESIDE, /^Beside-TapestreamPipeline .* is at work: (\d+) switches of \1 put on$/m);
  await person.isRefused("destroy", BESIDE, /^somebody must be asked "Delete these stacks\?"/m);
  const said = await person.runs("destroy", [...BESIDE, "--keep-data", "--yes"], /^Beside-TapestreamStorage is gone$/m);
  await person.runs("destroy", BESIDE, /^nothing of tapestream's stage Beside .*\n.* reached with --stage ""$/m);
  const left = await leftSince(moto, before);
  return { comparison, wrong: [...person.wrong, ...left.filter((thing) => !isSaid(said, thing)).map(leftWords)] };
};

/** Destroys the first stage with all data, and returns what is wrong with that: nothing may be there but what was `before`. */
export const tryDestroy = async (
  moto: Moto,
  before: readonly string[],
  options: ScriptOptions,
): Promise<readonly string[]> => {
  const person = new Person(options);
  await person.runs(
    "destroy",
    ["--stage", "", "--delete-data", "--yes"],
    /^deleted as well: \d+ resources with data$/m,
  );
  return [
    ...person.wrong,
    ...(await leftSince(moto, before))
      .filter((thing) => !thing.toLowerCase().includes(STAGE.toLowerCase()))
      .map(leftWords),
  ];
};

const leftSince = async (moto: Moto, before: readonly string[]): Promise<readonly string[]> => {
  const there = new Set(before);
  return (await moto.list()).filter((thing) => !there.has(thing));
};

const leftWords = (thing: string): string => `destroy must leave nothing that it does not name, left ${thing}`;

/** Whether the last word of a line of the inventory is named as kept. */
const isSaid = (said: string, thing: string): boolean => said.includes(thing.slice(thing.lastIndexOf(" ") + 1));

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
