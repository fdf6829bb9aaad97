import type { App } from "aws-cdk-lib";
import { stackNamesOf } from "#core/deployment.ts";
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
 * Adds the stacks of one stage to `app`, one per lifecycle: data that must last, the pipeline that may be replaced any day,
 * and the dashboard. They name neither account nor region.
 */
export const addTapestream = (app: App, { config, lambdasFolder }: TapestreamProps): Tapestream => {
  const names = stackNamesOf(config.stage);
  const storage = new StorageStack(app, names.storage, { config });
  const pipeline = new PipelineStack(app, names.pipeline, { config, lambdasFolder, storage });
  const { socketOrigin, ticketsHost } = pipeline;
  const dashboard = config.hasDashboard
    ? new DashboardStack(app, names.dashboard, { socketOrigin, ticketsHost, signInOrigins: signInOriginsOf(config) })
    : undefined;
  return { storage, pipeline, dashboard };
};

const signInOriginsOf = ({ jwtIssuer, signInOrigins }: TapestreamConfig): readonly string[] =>
  jwtIssuer === "" ? [] : [...new Set([new URL(jwtIssuer).origin, ...signInOrigins])];
