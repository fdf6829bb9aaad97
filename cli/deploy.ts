import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { OUTPUTS, stackNamesOf } from "#core/deployment.ts";
import { PipelineError } from "#core/errors.ts";
import { intervalText } from "#core/interval.ts";
import type { DashboardConfig, SignInConfig } from "#core/protocol/dashboard-config.ts";
import { SOCKET_LIMITS } from "#core/protocol/socket-limits.ts";
import { buildLambdas } from "#tools/build.ts";
import { buildWeb } from "#tools/build-web.ts";
import { openAccount, type Account } from "./account/account.ts";
import { emptyBucket } from "./account/buckets.ts";
import { cdkDeploy } from "./account/cdk.ts";
import { isConfirmed } from "./account/confirm.ts";
import { findDeployment, mustBeBootstrapped, readSynthesized, stacksToGoFirst } from "./account/deployment.ts";
import { costOfSettings, readSynthesizedSettings, type SynthesizedSettings } from "./account/settings.ts";
import { mustBeWithinReach } from "./account/shards.ts";
import { putSite, refreshSite, siteFiles } from "./account/site.ts";
import { givenStage, STAGE_OPTION } from "./account/stage.ts";
import { deleteStack, findStack, type DeployedStack } from "./account/stacks.ts";
import { deployWords } from "./account/words.ts";
import { mustBeSettings, synthesize } from "./assemble.ts";
import { runCommand, usage, type Arguments } from "./command.ts";
import { readContext } from "./context.ts";
import { say } from "./output.ts";

const HELP = `Deploys the app to an AWS account: builds and synthesizes it, says what will be made and what a month of it costs,
asks, deploys the stacks, and publishes the dashboard.

Usage: npm run deploy [-- flags]

  -c, --context KEY=VALUE  a setting for once, before tapestream.config.ts; may repeat   (docs/configuration.md)
  --stage NAME             puts it beside other deployments in the account, under this name    (default: that of
                           tapestream.config.ts); the other commands take the same flag
  --yes                    does not ask
  --method M               change-set, or direct: faster, and what stand-ins for AWS take    (default: change-set)
  --help                   shows this

Credentials and region come from where AWS's tools find them: AWS_PROFILE, AWS_REGION, single sign-on, variables;
AWS_ENDPOINT_URL is obeyed. An account and region that never saw the CDK wants npm run build && npx cdk bootstrap once.
Without an account, npm start runs all of it here, npm run plan says what a load costs, and npm run verify:deploy deploys it
to a stand-in for AWS.

What is paused stays paused. Trades that come while stacks change wait in the stream.
`;

/** Where the app says that it is synthesized to. */
const OUT_DIR = process.env["CDK_OUTDIR"] ?? join(import.meta.dirname, "../cdk.out");

const deploy = async (args: Arguments): Promise<number> => {
  const method = args.text("method") ?? "change-set";
  if (method !== "change-set" && method !== "direct")
    throw usage(`--method must be change-set or direct, was ${JSON.stringify(method)}`);
  const stage = givenStage(args);
  const context = { ...readContext(args), ...(stage === undefined ? {} : { stage }) };
  const environment = { CDK_OUTDIR: OUT_DIR, CDK_CONTEXT_JSON: JSON.stringify(context) };
  await mustBeSettings(environment);
  using account = await openAccount();
  const { accountId } = await mustBeBootstrapped(account);
  await buildLambdas({ hasOtherEngines: true });
  const siteDir = await buildWeb();
  await synthesize(environment);
  const settings = await readSynthesizedSettings(OUT_DIR);
  const wanted = await readSynthesized(OUT_DIR, settings.stage);
  const found = await findDeployment(account, settings.stage);
  await mustBeWithinReach(account, found, settings);
  const unwanted = found.filter(({ name }) => !wanted.some((stack) => stack.name === name));
  for (const line of deployWords(wanted, found, unwanted, costOfSettings(settings))) say(line);
  const question = `Deploy to account ${accountId} in ${account.region}?`;
  if (!args.isSet("yes") && !(await isConfirmed(question, "--yes"))) {
    say("nothing was deployed");
    return 1;
  }
  for (const stack of unwanted) await deleteUnwanted(account, stack);
  const options = { outDir: OUT_DIR, method, region: account.region } as const;
  for (const stack of stacksToGoFirst(wanted, found)) await cdkDeploy({ ...options, stack });
  await cdkDeploy(options);
  for (const line of await publish(account, siteDir, settings)) say(line);
  return 0;
};

/** A dashboard that the settings want no more still needs the pipeline, so it goes first. */
const deleteUnwanted = async (account: Account, stack: DeployedStack): Promise<void> => {
  const bucket = stack.outputs[OUTPUTS.dashboardBucket];
  if (bucket !== undefined) await emptyBucket(account, bucket);
  await deleteStack(account, stack);
  say(`${stack.name} is gone`);
};

/** Publishes the dashboard, if there is one, and returns where things are. */
const publish = async (
  account: Account,
  siteDir: string,
  settings: SynthesizedSettings,
): Promise<readonly string[]> => {
  const names = stackNamesOf(settings.stage);
  const pipeline = await findStack(account, names.pipeline);
  const webSocketUrl = outputOf(pipeline, OUTPUTS.webSocketUrl);
  const socketLine = `socket     ${webSocketUrl}`;
  const dashboard = await findStack(account, names.dashboard);
  if (dashboard === undefined) return ["", socketLine];
  // The page asks its own host for tickets, which CloudFront hands on.
  const ticketsUrl = pipeline?.outputs[OUTPUTS.ticketsUrl] === undefined ? undefined : "tickets";
  const files = await siteFiles(siteDir, { ...dashboardConfigOf(webSocketUrl, settings), ticketsUrl });
  await putSite(account, outputOf(dashboard, OUTPUTS.dashboardBucket), files);
  await refreshSite(account, outputOf(dashboard, OUTPUTS.dashboardDistribution), randomUUID());
  return ["", `dashboard  ${outputOf(dashboard, OUTPUTS.dashboardUrl)}`, socketLine];
};

const dashboardConfigOf = (webSocketUrl: string, settings: SynthesizedSettings): DashboardConfig => {
  const intervalsMs = [...settings.intervals.map(({ intervalMs }) => intervalMs), ...settings.offeredIntervals];
  return {
    webSocketUrl,
    signIn: signInOf(settings),
    symbols: settings.symbols,
    intervals: intervalsMs.toSorted((a, b) => a - b).map(intervalText),
    ...(settings.source.startsWith("sim:")
      ? { source: "simulated trades", kind: "simulated" as const, hasOwnSymbols: false }
      : { source: "replayed trades", kind: "replayed" as const, hasOwnSymbols: true }),
    connectionMs: SOCKET_LIMITS.connectionMs,
  };
};

const signInOf = (settings: SynthesizedSettings): SignInConfig | undefined => {
  const { jwtIssuer: issuer, jwtAudiences, signInClientId, signInScopes: scopes } = settings;
  return issuer === "" ? undefined : { issuer, clientId: signInClientId || jwtAudiences[0]!, scopes };
};

/** @throws PipelineError TAPE_DEPLOYMENT_FAILED */
const outputOf = (stack: DeployedStack | undefined, name: string): string => {
  const value = stack?.outputs[name];
  if (value !== undefined) return value;
  throw new PipelineError(
    "TAPE_DEPLOYMENT_FAILED",
    `${stack?.name ?? "the pipeline's stack"} must have the output ${name}, has none`,
  );
};

await runCommand({
  help: HELP,
  options: {
    ...STAGE_OPTION,
    context: { type: "string", short: "c", multiple: true },
    yes: { type: "boolean" },
    method: { type: "string" },
  },
  run: deploy,
});
