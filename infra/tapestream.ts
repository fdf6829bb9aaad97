import type { App } from "aws-cdk-lib";
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
  readonly dashboard: DashboardStack;
}

/**
 * Adds tapestream's stacks to `app`, one per lifecycle: data that must last, the pipeline that may be replaced any day,
 * and the dashboard. They name neither account nor region.
 */
export const addTapestream = (app: App, { config, lambdasFolder }: TapestreamProps): Tapestream => {
  const storage = new StorageStack(app, `${config.stackPrefix}Storage`, { config });
  const pipeline = new PipelineStack(app, `${config.stackPrefix}Pipeline`, { config, lambdasFolder, storage });
  const dashboard = new DashboardStack(app, `${config.stackPrefix}Dashboard`, { socketOrigin: pipeline.socketOrigin });
  return { storage, pipeline, dashboard };
};
