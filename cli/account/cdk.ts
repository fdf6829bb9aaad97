import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PipelineError } from "#core/errors.ts";

export interface CdkDeployOptions {
  /** The folder of the synthesized app. */
  readonly outDir: string;
  readonly method: "change-set" | "direct";
  readonly region: string;
  /** The one stack to deploy, without those that it needs. @default all */
  readonly stack?: string;
}

/**
 * Deploys every stack, or one, of a synthesized app by the CDK's own tool, which says how far it is.
 * @throws PipelineError TAPE_DEPLOYMENT_FAILED when it does not end well
 */
export const cdkDeploy = async ({ outDir, method, region, stack }: CdkDeployOptions): Promise<void> => {
  const tool = join(dirname(createRequire(import.meta.url).resolve("aws-cdk/package.json")), "bin/cdk");
  const which = stack === undefined ? ["--all"] : [stack, "--exclusively"];
  const args = ["deploy", ...which, "--app", outDir, "--method", method, "--require-approval", "never", "--no-notices"];
  const child = spawn(process.execPath, [tool, ...args], {
    env: { ...process.env, AWS_REGION: region, CDK_DISABLE_VERSION_CHECK: "1" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code === 0) return;
  throw new PipelineError(
    "TAPE_DEPLOYMENT_FAILED",
    `the CDK must deploy every stack, ended with code ${code}: its reason stands above`,
  );
};
