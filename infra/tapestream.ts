import type { Construct } from "constructs";
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
 * Adds tapestream's stacks to `app` or a stage of it, one per lifecycle: data that must last, the pipeline that may be replaced any day,
 * and the dashboard. They name neither account nor region.
 */
export const addTapestream = (app: Construct, { config, lambdasFolder }: TapestreamProps): Tapestream => {
  const storage = new StorageStack(app, "TapestreamStorage", { config });
  const pipeline = new PipelineStack(app, "TapestreamPipeline", { config, lambdasFolder, storage });
  const dashboard = new DashboardStack(app, "TapestreamDashboard", { socketOrigin: pipeline.socketOrigin });
  return { storage, pipeline, dashboard };
};
