import type { Construct } from "constructs";
import { STACKS } from "#core/deployment.ts";
import type { TapestreamConfig } from "./config.ts";
import { DashboardStack } from "./stacks/dashboard-stack.ts";
import { PipelineStack } from "./stacks/pipeline-stack.ts";
import { StorageStack } from "./stacks/storage-stack.ts";

export interface TapestreamProps {
  readonly config: TapestreamConfig;
  /** Where `tools/build.ts` put the bundles. */
  readonly lambdasFolder: string;
}

export interface Tapestream {
  readonly storage: StorageStack;
  readonly pipeline: PipelineStack;
  /** Undefined where the configuration wants none. */
  readonly dashboard: DashboardStack | undefined;
}

/**
 * Adds tapestream's stacks to `app` or a stage of it, one per lifecycle: data that must last, the pipeline that may be replaced any day,
 * and the dashboard. They name neither account nor region.
 */
export const addTapestream = (app: Construct, { config, lambdasFolder }: TapestreamProps): Tapestream => {
  const storage = new StorageStack(app, STACKS.storage, { config });
  const pipeline = new PipelineStack(app, STACKS.pipeline, { config, lambdasFolder, storage });
  const { socketOrigin, ticketsHost } = pipeline;
  const dashboard = config.hasDashboard
    ? new DashboardStack(app, STACKS.dashboard, { socketOrigin, ticketsHost, signInOrigins: signInOriginsOf(config) })
    : undefined;
  return { storage, pipeline, dashboard };
};

const signInOriginsOf = ({ jwtIssuer, signInOrigins }: TapestreamConfig): readonly string[] =>
  jwtIssuer === "" ? [] : [...new Set([new URL(jwtIssuer).origin, ...signInOrigins])];
