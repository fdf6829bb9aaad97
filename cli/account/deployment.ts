import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stackNamesOf, stageOfStack } from "#core/deployment.ts";
import { PipelineError } from "#core/errors.ts";
import { findStack, namesOfStacks, type DeployedStack } from "./stacks.ts";
import type { Account } from "./account.ts";

/** The stacks of a stage that are there, of those that the app can have, the one that others need first. */
export const findDeployment = async (account: Account, stage: string): Promise<readonly DeployedStack[]> => {
  const found = await Promise.all(Object.values(stackNamesOf(stage)).map((name) => findStack(account, name)));
  return found.filter((stack) => stack !== undefined);
};

/** The stack of a stage's pipeline. @throws PipelineError TAPE_DEPLOYMENT_FAILED where there is none, TAPE_ACCOUNT_UNAVAILABLE */
export const mustFindPipeline = async (account: Account, stage: string): Promise<DeployedStack> => {
  const { pipeline: name } = stackNamesOf(stage);
  const stack = await findStack(account, name);
  if (stack !== undefined) return stack;
  const where = `in ${account.region} of the account that the credentials name`;
  const others = await otherStagesWords(account, stage);
  throw new PipelineError(
    "TAPE_DEPLOYMENT_FAILED",
    `${name} must be deployed ${where}, is not: ${others ?? `run npm run deploy${stage === "" ? "" : ` -- --stage ${stage}`} first`}`,
  );
};

/** How to reach the stages that are deployed beside this one, undefined where there are none. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE */
export const otherStagesWords = async (account: Account, stage: string): Promise<string | undefined> => {
  const stages = (await namesOfStacks(account)).map(stageOfStack).filter((found) => found !== undefined);
  const others = new Set(stages.filter((found) => found !== stage));
  if (others.size === 0) return undefined;
  return `what is deployed there is reached with ${[...others].map((other) => `--stage ${other === "" ? '""' : other}`).join(" or ")}`;
};

const TOOLKIT_STACK = "CDKToolkit";

/** The stack that `cdk bootstrap` made. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE where it was not run */
export const mustBeBootstrapped = async (account: Account): Promise<DeployedStack> => {
  const toolkit = await findStack(account, TOOLKIT_STACK);
  if (toolkit !== undefined && /^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(toolkit.status)) return toolkit;
  const message = `the account must be prepared for the CDK in ${account.region}, is not: run npm run build && npx cdk bootstrap once`;
  throw new PipelineError("TAPE_ACCOUNT_UNAVAILABLE", message);
};

/** A stack as it was synthesized. */
export interface SynthesizedStack {
  readonly name: string;
  /** How many resources of each type, most first. */
  readonly types: ReadonlyMap<string, number>;
}

/** The stacks of a stage that the folder of a synthesized app holds, the one that others need first. */
export const readSynthesized = async (outDir: string, stage: string): Promise<readonly SynthesizedStack[]> => {
  // The folder may also hold templates of stacks that an earlier synthesis made.
  const { artifacts } = await readJson<Manifest>(outDir, "manifest.json");
  const names = Object.values(stackNamesOf(stage)).filter((name) => artifacts[name] !== undefined);
  return Promise.all(
    names.map(async (name) => {
      const { Resources } = await readJson<Template>(outDir, `${name}.template.json`);
      return { name, types: countsOf(Object.values(Resources).map(({ Type }) => Type)) };
    }),
  );
};

const readJson = async <Content>(dir: string, file: string): Promise<Content> =>
  JSON.parse(await readFile(join(dir, file), "utf8")) as Content;

interface Manifest {
  readonly artifacts: Readonly<Record<string, unknown>>;
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

const countsOf = (types: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  return new Map([...counts].toSorted(([, a], [, b]) => b - a));
};
