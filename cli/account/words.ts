import type { Bill } from "#core/plan/bill.ts";
import { PRICES } from "#core/plan/prices.ts";
import { countOf, number } from "../output.ts";
import type { DeploymentCost } from "./settings.ts";
import type { KeptData } from "./kept-data.ts";
import type { SynthesizedStack } from "./deployment.ts";
import type { DeployedStack } from "./stacks.ts";

/** What a person calls the resources that matter; the others are what these need. */
const THINGS: Readonly<Record<string, string>> = {
  "AWS::ApiGatewayV2::Api": "API",
  "AWS::Budgets::Budget": "budget",
  "AWS::CloudFront::Distribution": "distribution",
  "AWS::CloudWatch::Alarm": "alarm",
  "AWS::Cassandra::Keyspace": "keyspace",
  "AWS::Cassandra::Table": "table in the keyspace",
  "AWS::DynamoDB::Table": "table",
  "AWS::Kinesis::Stream": "stream",
  "AWS::Kinesis::StreamConsumer": "stream consumer",
  "AWS::Lambda::Function": "function",
  "AWS::MSK::ServerlessCluster": "MSK cluster",
  "AWS::S3::Bucket": "bucket",
  "AWS::SNS::Topic": "topic",
  "AWS::SecretsManager::Secret": "secret",
  "AWS::Scheduler::Schedule": "schedule",
};

/** What a deployment will make, change and take away, and what a month of it costs. */
export const deployWords = (
  wanted: readonly SynthesizedStack[],
  found: readonly DeployedStack[],
  unwanted: readonly DeployedStack[],
  cost: DeploymentCost,
): readonly string[] => {
  const width = Math.max(...[...wanted, ...unwanted].map(({ name }) => name.length));
  const isThere = (name: string): boolean => found.some((stack) => stack.name === name);
  return [
    ...wanted.map(
      (stack) => `${stack.name.padEnd(width)} ${isThere(stack.name) ? "update" : "new   "} ${contentsOf(stack)}`,
    ),
    ...unwanted.map(({ name }) => `${name.padEnd(width)} goes   the settings want it no more`),
    "",
    ...costLines(cost),
    "",
  ];
};

const contentsOf = ({ types }: SynthesizedStack): string => {
  const named = [...types].flatMap(([type, count]) => (type in THINGS ? [countOf(count, THINGS[type]!)] : []));
  const all = [...types.values()].reduce((sum, count) => sum + count, 0);
  return `${named.join(", ")} (${countOf(all, "resource")})`;
};

const costLines = ({ load, busy, idle, paused }: DeploymentCost): readonly string[] => [
  "A month of it costs about",
  `  ${dollars(busy.totalDollars)}  at ${number(load.tradesPerSecond)} trades/s of ${countOf(load.symbolCount, "symbol")} at all hours, ${countOf(load.viewerCount, "viewer")}`,
  `  ${dollars(idle.totalDollars)}  while nothing trades`,
  `  ${dollars(paused.totalDollars)}  while it is paused`,
  "npm run plan says so line by line, and what it takes for granted.",
];

const dollars = (amount: number): string => `$${amount.toFixed(2)}`.padStart(10);

/** What a bill comes to, line by line. */
export const billWords = ({ lines, totalDollars }: Bill): readonly string[] => [
  ...lines.map(({ name, dollars: amount }) => `  ${dollars(amount)}  ${name}`),
  `  ${dollars(totalDollars)}  in all, and ${dollars(STORED_GB).trim()} for each GB in the tables`,
];

/** Stored, and restorable. */
const STORED_GB = PRICES.storage.dollars + PRICES.restorable.dollars;

/** What there is to be deleted: the stacks, and the data that goes with them or stays. */
export const destroyWords = (
  stacks: readonly DeployedStack[],
  data: readonly KeptData[],
  region: string,
): readonly string[] => {
  const [kept, gone] = [data.filter(({ isRetained }) => isRetained), data.filter(({ isRetained }) => !isRetained)];
  return [
    `In ${region} of account ${stacks[0]?.accountId ?? ""}:`,
    ...stacks.map(({ name, status }) => `  stack  ${name}, ${status}`),
    ...(gone.length === 0 ? [] : ["Data that goes with its stack:", ...dataWords(gone)]),
    ...(kept.length === 0 ? [] : ["Data that stays unless it is deleted, too:", ...dataWords(kept)]),
  ];
};

/** What is left when the stacks are gone. */
export const endWords = (kept: readonly KeptData[], isDataToo: boolean): readonly string[] => [
  ...(kept.length === 0
    ? []
    : isDataToo
      ? [`deleted as well: ${countOf(kept.length, "resource")} with data`]
      : ["kept, and still billed; a new deployment makes its own:", ...dataWords(kept)]),
  "The CDK's own stack CDKToolkit stays, with the bundles in its bucket: cents a month.",
];

const dataWords = (data: readonly KeptData[]): readonly string[] =>
  data.map(({ kind, name, bytes }) => `  ${kind.padEnd(8)} ${name}${bytes > 0 ? `, ${number(bytes)} bytes` : ""}`);
