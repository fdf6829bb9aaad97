import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { STACKS } from "#core/deployment.ts";
import { PipelineError } from "#core/errors.ts";
import { findStack, type DeployedStack } from "./stacks.ts";
import type { Account } from "./account.ts";

/** The stacks that are there, of those that the app can have, the one that others need first. */
export const findDeployment = async (account: Account): Promise<readonly DeployedStack[]> => {
  const found = await Promise.all(Object.values(STACKS).map((name) => findStack(account, name)));
  return found.filter((stack) => stack !== undefined);
};

/** The pipeline's stack. @throws PipelineError TAPE_DEPLOYMENT_FAILED where there is none, TAPE_ACCOUNT_UNAVAILABLE */
export const mustFindPipeline = async (account: Account): Promise<DeployedStack> => {
  const stack = await findStack(account, STACKS.pipeline);
  if (stack !== undefined) return stack;
  const where = `in ${account.region} of the account that the credentials name`;
  throw new PipelineError(
    "TAPE_DEPLOYMENT_FAILED",
    `${STACKS.pipeline} must be deployed ${where}, is not: run npm run deploy first`,
  );
};

/** A stack as it was synthesized. */
export interface SynthesizedStack {
  readonly name: string;
  /** How many resources of each type, most first. */
  readonly types: ReadonlyMap<string, number>;
}

/** The stacks that the folder of a synthesized app holds, the one that others need first. */
export const readSynthesized = async (outDir: string): Promise<readonly SynthesizedStack[]> => {
  // The folder may also hold templates of stacks that an earlier synthesis made.
  const { artifacts } = await readJson<Manifest>(outDir, "manifest.json");
  const names = Object.values(STACKS).filter((name) => artifacts[name] !== undefined);
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
