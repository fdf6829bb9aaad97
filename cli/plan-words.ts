import * as assumed from "#core/plan/assumed.ts";
import type { BillLine } from "#core/plan/bill.ts";
import { mskStandingLines } from "#core/plan/msk-cost.ts";
import type { Plan } from "#core/plan/plan.ts";
import { PRICES_DATE, PRICES_REGION } from "#core/plan/prices.ts";

/** What the plan takes for granted, in sentences. */
export const assumptionsOf = ({ load }: Plan): readonly string[] => [
  `No shard is planned to be fuller than ${assumed.FULLEST * 100} %; symbols and lanes fall on shards evenly.`,
  "Every symbol trades as often as every other, which changes the most panes; real markets change fewer, and cost less.",
  `Trades bear ${load.hasDetails ? "venue and conditions" : "neither venue nor conditions (--details for 2 bytes a trade more)"}; prices move by the cent.`,
  "CPU was measured on a core of an AMD EPYC (core/plan/measured.ts), requests without TLS; a vCPU of Lambda is taken to be as fast.",
  `An invocation waits ${assumed.INVOCATION_WAIT_MS} ms for its requests, a post ${assumed.POST_WAIT_MS} ms: not measured on AWS.`,
  "The fetcher is taken to keep up at any rate; what other producers of frames cost is theirs.",
  "Viewers look on while trades flow, each at one interval; each flush is told to each of them.",
  `In the alternatives a trade is ${assumed.JSON_TRADE_BYTES} bytes of JSON, and a KPU folds ${assumed.TRADES_PER_KPU.toLocaleString("en-US")} trades/s: a guess, to be load-tested.`,
  "Prices of MSK Express, logs, alarms, metrics, data out and point-in-time recovery are as others quote them, not read off AWS's list.",
  `With stream msk, ${dollarsOf(mskStandingLines({ partitions: 1, hasKeyspaces: false }))} a month stand in the place of the ticks stream's shards, sent or not; with store keyspaces requests and storage cost what DynamoDB's do, and each KB that expires $0.275 a million.`,
  "Not counted: snapshots and history that viewers ask for, rejected records, the archive, the dashboard's files, keys, taxes, free tiers.",
];

const dollarsOf = (lines: readonly BillLine[]): string =>
  `$${lines.reduce((sum, { dollars }) => sum + dollars, 0).toFixed(2)}`;

/** Where the prices come from. */
export const PRICES_WORDS = `Prices: ${PRICES_REGION}, on demand, table of ${PRICES_DATE} (core/plan/prices.ts names each source and its age). AWS's calculator decides: https://calculator.aws`;
