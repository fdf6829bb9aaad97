import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { readConfig } from "./read-config.ts";
import { addTapestream, type Tapestream } from "./tapestream.ts";

/** The functions, each by the folder of its bundle. */
export const STAGES = [
  "fetcher",
  "aggregator",
  "ws-authorizer",
  "tickets",
  "ticket-rotation",
  "ws-connect",
  "ws-disconnect",
  "ws-message",
  "ws-broadcast",
  "ws-heartbeat",
] as const;

/** What else is built for other engines. */
const OTHER_BUNDLES = [
  ...["fetcher", "aggregator", "ws-message", "ws-heartbeat"].map((stage) => `${stage}-keyspaces`),
  ...["fetcher", "aggregator"].flatMap((stage) => [`${stage}-msk`, `${stage}-keyspaces-msk`]),
  "ticks-topic",
];

export type Stage = (typeof STAGES)[number];

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

/** The resources of a type, in the order of the template. */
export const resourcesOf = (template: Template, type: string): readonly Resource[] =>
  Object.values(template.findResources(type)) as unknown as readonly Resource[];

export interface Templates {
  readonly storage: Template;
  readonly pipeline: Template;
  readonly dashboard: Template;
}

/** A folder of bundles that do nothing, and apps over it with the context of `cdk.json`. */
export interface Bundles extends AsyncDisposable {
  readonly folder: string;
  /** An app whose synthesis checks its templates, as that of `app.ts` does but for the security rules. */
  app(settings?: Readonly<Record<string, unknown>>): { readonly app: App; readonly stacks: Tapestream };
  /** The templates alone, unchecked, which takes a tenth of the time. */
  templates(settings?: Readonly<Record<string, unknown>>): Templates;
  /** The pipeline's alone, with a dashboard or without one. */
  pipeline(settings: Readonly<Record<string, unknown>>): Template;
}

export const openBundles = async (): Promise<Bundles> => {
  const folder = await mkdtemp(join(tmpdir(), "tapestream-infra-"));
  for (const stage of [...STAGES, ...OTHER_BUNDLES]) {
    await mkdir(join(folder, stage));
    await writeFile(join(folder, stage, "index.mjs"), `export const handler = () => "${stage}";\n`);
  }
  const add = (settings: Readonly<Record<string, unknown>>, isChecked: boolean) => {
    const app = new App({
      context: cdkContext(),
      outdir: join(folder, "out"),
      analyticsReporting: false,
      builtinCloudFormationValidation: isChecked,
    });
    return { app, stacks: addTapestream(app, { config: readConfig(settings), lambdasFolder: folder }) };
  };
  return {
    folder,
    app: (settings = {}) => add(settings, true),
    templates: (settings = {}) => {
      const { storage, pipeline, dashboard } = add(settings, false).stacks;
      if (dashboard === undefined) throw new RangeError("the settings must have a dashboard, had none");
      return {
        storage: Template.fromStack(storage),
        pipeline: Template.fromStack(pipeline),
        dashboard: Template.fromStack(dashboard),
      };
    },
    pipeline: (settings) => Template.fromStack(add(settings, false).stacks.pipeline),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
};

const cdkContext = (): Record<string, unknown> => {
  const text = readFileSync(join(import.meta.dirname, "../cdk.json"), "utf8");
  return (JSON.parse(text) as { context: Record<string, unknown> }).context;
};
