import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OUTPUTS } from "#core/deployment.ts";
import { PipelineError } from "#core/errors.ts";
import { openTemporaryDir } from "#local/temporary-dir.ts";
import { buildLambdas } from "#tools/build.ts";
import { runCdk } from "#tools/cdk.ts";
import { runScript, type ScriptOptions } from "#tools/run-script.ts";
import { openAccount } from "./account/account.ts";
import { mustBeBootstrapped } from "./account/deployment.ts";
import { runCommand, usage, type Arguments } from "./command.ts";
import { E2E_SETTINGS, LACKS, type E2eTarget } from "./e2e-target.ts";
import { say } from "./output.ts";
import { STOPPED, stopSignal } from "./stop-signal.ts";

const HELP = `Deploys the app, runs the end-to-end suite against it, and takes it away again.

Usage: npm run e2e:aws -- --yes
       npm run e2e:localstack

  --target aws|localstack  aws: the account and region that your AWS credentials name
                           localstack: one that runs here
  --yes                    aws: yes, deploy to this account
  --help                   shows this

The stacks are a stage of their own, E2e and eight digits in front of their names, and nothing else in the account is
touched. They are destroyed at the end, also after a failure and after Ctrl-C, with all data in them.

What localstack needs: LocalStack at http://localhost:4566, under a plan that has WebSocket APIs:
  export LOCALSTACK_AUTH_TOKEN=…
  docker compose --profile localstack up --wait localstack

What aws needs: credentials that may deploy, a region with "cdk bootstrap" done.
What aws costs: about ten minutes of 4 Kinesis shards and some thousand small requests: below 0.10 dollars in us-east-1,
where a shard is 0.015 an hour; "npm run plan" has all prices. Its WebSocket API is closed, as by default: to connect,
the suite asks for tickets.
`;

const ROOT = join(import.meta.dirname, "..");
const LOCALSTACK = "http://localhost:4566";
const SUITE = ["run", "--config", "vitest.long.config.ts", "test/e2e"];

const e2e = async (args: Arguments): Promise<number> => {
  const target = args.text("target");
  if (target !== "aws" && target !== "localstack") throw usage(`--target must be aws or localstack, was ${target}`);
  if (target === "aws" && !args.isSet("yes")) throw usage("--yes must be given, as this deploys to your AWS account");
  await (target === "localstack" ? mustRun() : mustBeReady());
  const stop = stopSignal();
  try {
    const code = await deployed(target, stop, (place) => runSuite(target, place, stop));
    for (const [part, reason] of Object.entries(LACKS[target])) say(`NOT TESTED  ${part}: ${reason}`);
    return stop.aborted ? STOPPED : code;
  } catch (error) {
    if (stop.aborted && !(error instanceof PipelineError)) return STOPPED;
    throw error;
  }
};

/** @throws PipelineError TAPE_CONNECTION_UNAVAILABLE unless LocalStack answers, with WebSocket APIs in its plan. */
const mustRun = async (): Promise<void> => {
  const asked = fetch(`${LOCALSTACK}/_localstack/health`, { signal: AbortSignal.timeout(5_000) });
  const answer = await asked.catch((cause: unknown) => {
    const must = `LocalStack must answer at ${LOCALSTACK}, did not: ${START}`;
    throw new PipelineError("TAPE_CONNECTION_UNAVAILABLE", must, { cause });
  });
  const { services = {} } = (await answer.json()) as { readonly services?: Readonly<Record<string, string>> };
  if (!("apigatewayv2" in services)) {
    throw new PipelineError(
      "TAPE_CONNECTION_UNAVAILABLE",
      "LocalStack's plan must have WebSocket APIs (apigatewayv2), this one has none: nothing of the app can be deployed to it",
    );
  }
};

const START = "export LOCALSTACK_AUTH_TOKEN, then docker compose --profile localstack up --wait localstack starts it";

/** @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE unless credentials and region name an account that the CDK can deploy to. */
const mustBeReady = async (): Promise<void> => {
  using account = await openAccount();
  await mustBeBootstrapped(account);
};

interface Place {
  readonly outputsFile: string;
  readonly environment: ScriptOptions["environment"];
}

/** Deploys, does `work`, and destroys what was deployed, whatever came of it. */
const deployed = async (
  target: E2eTarget,
  stop: AbortSignal,
  work: (place: Place) => Promise<number>,
): Promise<number> => {
  await using folder = await openTemporaryDir("tapestream-e2e-");
  const [bundlesDir, outputsFile] = [join(folder.dir, "lambdas"), join(folder.dir, "outputs.json")];
  await buildLambdas({ outDir: bundlesDir });
  const stage = `E2e${randomBytes(4).toString("hex")}`;
  const environment = { ...environmentOf(target), BUNDLES_DIR: bundlesDir };
  const about = ["--output", join(folder.dir, "cdk.out"), ...contextOf(target, stage)];
  const options = { environment, onLine: say };
  try {
    if (target === "localstack") await runCdk(["bootstrap", ...about], { ...options, signal: stop });
    const deploy = ["deploy", "--all", "--method=direct", "--require-approval=never", "--outputs-file", outputsFile];
    await runCdk([...deploy, ...about], { ...options, signal: stop });
    return await work({ outputsFile, environment });
  } finally {
    const args = ["--stage", stage, "--delete-data", "--yes"];
    say(`destroys the stacks; should this be interrupted: npm run destroy -- ${args.join(" ")}`);
    const destroy = { name: "destroy", file: join(import.meta.dirname, "destroy.ts"), args };
    await runScript(destroy, { ...options, signal: AbortSignal.timeout(DESTROY_MS) });
  }
};

const DESTROY_MS = 1_800_000;

const contextOf = (target: E2eTarget, stage: string): readonly string[] => {
  const settings = { ...E2E_SETTINGS, stage, hasDashboard: String(!("CloudFront" in LACKS[target])) };
  return Object.entries(settings).flatMap(([key, value]) => ["--context", `${key}=${value}`]);
};

/** Nothing of a real account reaches LocalStack, and nothing of LocalStack's goes to a real account. */
const environmentOf = (target: E2eTarget): ScriptOptions["environment"] =>
  target === "aws"
    ? {}
    : {
        AWS_ENDPOINT_URL: LOCALSTACK,
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_SESSION_TOKEN: undefined,
        AWS_PROFILE: undefined,
        AWS_REGION: "us-east-1",
        AWS_DEFAULT_REGION: "us-east-1",
      };

const runSuite = async (
  target: E2eTarget,
  { outputsFile, environment }: Place,
  signal: AbortSignal,
): Promise<number> => {
  const outputs = await readOutputs(outputsFile);
  const variables = {
    E2E_TARGET: target,
    E2E_OUTPUTS: outputsFile,
    E2E_WEBSOCKET_URL: urlOf(target, outputs[OUTPUTS.webSocketUrl]!, "ws"),
    E2E_TICKETS_URL: urlOf(target, outputs[OUTPUTS.ticketsUrl]!, "http"),
    E2E_LACKS: Object.keys(LACKS[target]).join(","),
  };
  const child = spawn(process.execPath, [join(ROOT, "node_modules/vitest/vitest.mjs"), ...SUITE], {
    cwd: ROOT,
    env: { ...process.env, ...environment, ...variables },
    stdio: ["ignore", "inherit", "inherit"],
    signal,
  });
  // A child that is aborted says so before it closes.
  child.on("error", () => undefined);
  return new Promise((resolve) => child.once("close", (code) => resolve(code ?? 1)));
};

/** The outputs of all stacks by id. */
const readOutputs = async (file: string): Promise<Readonly<Record<string, string>>> => {
  const stacks = JSON.parse(await readFile(file, "utf8")) as Readonly<Record<string, Readonly<Record<string, string>>>>;
  return Object.assign({}, ...Object.values(stacks)) as Record<string, string>;
};

/** LocalStack's APIs are reached by their ids below its own name. */
const urlOf = (target: E2eTarget, url: string, scheme: "ws" | "http"): string => {
  if (target === "aws") return url;
  const { hostname, pathname } = new URL(url);
  return `${scheme}://${hostname.split(".")[0]}.execute-api.localhost.localstack.cloud:4566${pathname}`;
};

await runCommand({
  help: HELP,
  options: { target: { type: "string" }, yes: { type: "boolean" } },
  run: e2e,
});
