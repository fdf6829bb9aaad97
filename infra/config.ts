import type { FanOut } from "#core/plan/load.ts";
import type { SlidingWindow } from "#core/sliding-window.ts";
import type { DurationMs } from "#core/units.ts";
import type { StoredInterval } from "#lambdas/environment.ts";

/**
 * What a deployment can choose, in `tapestream.config.ts` or as keys of context; see `readConfig`. These comments
 * are what docs/configuration.md says.
 */
export interface TapestreamConfig {
  /** Trades a second that are expected, all symbols together: what is `auto` is planned for them. @default 1000 */
  readonly tradesPerSecond: number;
  /** Which database has the bars and what they are folded from: DynamoDB, or Amazon Keyspaces, which is read by CQL; connections and tickets are in DynamoDB either way. What one holds the other does not know; see docs/kafka.md. @default dynamodb */
  readonly store: "dynamodb" | "keyspaces";
  /** What carries the ticks: Kinesis, or a topic of MSK Serverless in a network of its own, without a window over arrival; updates of bars are carried by Kinesis either way. See docs/kafka.md, and what it costs. @default kinesis */
  readonly stream: "kinesis" | "msk";
  /** Shards of the ticks stream, or partitions of the ticks topic; of Kinesis, each takes 1 MB or 1,000 records a second. @default auto, as `npm run plan` reckons */
  readonly shards: number;
  /** Shards of the bars stream. @default auto, as `npm run plan` reckons */
  readonly barsShards: number;
  /** Memory of the aggregator, and its CPU with it. @default auto, as `npm run plan` reckons */
  readonly aggregatorMemoryMiB: number;
  /** How long ticks stay readable. @default 24 */
  readonly ticksRetentionHours: number;
  /** Lambda's tumbling window over ticks, by arrival; 0 for none. @default 15 */
  readonly arrivalWindowSeconds: number;
  /** Records of ticks in one invocation, at most. @default 10000 */
  readonly batchSize: number;
  /** How long Lambda gathers ticks for one invocation. @default 1 */
  readonly batchingWindowSeconds: number;
  /** How often a failed batch of ticks is tried again; -1 for until its records are about to expire. @default -1 */
  readonly retryAttempts: number;
  /** Where trades come from; see `lambdas/fetcher/source-spec.ts`. @default the shipped trades, replayed */
  readonly source: string;
  /** Symbols that the source is expected to carry, for the check of the state's size. @default AIG,BAC,IBM,SPY */
  readonly symbols: readonly string[];
  /** How many symbols that is, where they are too many to name. @default auto, as many as `symbols` names */
  readonly symbolCount: number;
  /** Stored intervals and how long each is kept. @default 10s:7d,1m:400d */
  readonly intervals: readonly StoredInterval[];
  /** Intervals folded from stored ones on read. @default 5m,15m,1h,1d */
  readonly offeredIntervals: readonly DurationMs[];
  /**
   * Averages over windows that overlap, length and step each, like 10s/5s: the last 10 s, every 5 s. They are folded on read
   * from panes of the step, which is stored for them: for a day, or twice the length where that is longer, unless `intervals`
   * names the step. @default none
   */
  readonly slidingAverages: readonly SlidingWindow[];
  /** Partition keys that symbols are spread over. @default 64 */
  readonly lanes: number;
  /** Trades in one frame, at most. @default 1000 */
  readonly frameMaxTrades: number;
  /** Bytes of one frame, at most; Kinesis meters them in steps of 25 kB. @default 25000 */
  readonly frameMaxBytes: number;
  /** How long a frame waits to be fuller. @default 100 */
  readonly lingerMs: DurationMs;
  /** A source that is faster than the pipeline waits while about so many trades are sent and not folded. @default 1000000 */
  readonly maxUnfoldedTrades: number;
  /** How far behind the newest trade of its shard a trade may be before it counts as late; it is folded all the same. @default 2000 */
  readonly maxOutOfOrdernessMs: DurationMs;
  /** A shard without trades for so long is not waited for when bars are called final. @default 10000 */
  readonly idleMs: DurationMs;
  /** How often every connection is told how the pipeline stands. @default 1 */
  readonly heartbeatSeconds: number;
  /** A trade stamped further ahead of its arrival than this is rejected. @default 10000 */
  readonly clockSkewMs: DurationMs;
  /** How long rejected records are kept. @default 30d */
  readonly rejectedKeep: DurationMs;
  /**
   * Who may connect: who shows a ticket, who shows a JSON Web Token, callers that IAM allows, or anybody; see
   * docs/security.md. @default ticket
   */
  readonly access: "ticket" | "jwt" | "iam" | "public";
  /** Origins like https://example.com whose pages may connect. With ticket, besides the dashboard's own; with jwt the dashboard's own must be among them, and none means any. @default none */
  readonly allowedOrigins: readonly string[];
  /** The URL of the OpenID Connect issuer of tokens, such as a Cognito user pool, with a slash at its end where its tokens have one. With ticket, tickets then need a token. One on this machine may go by http, for the local cloud. @default none */
  readonly jwtIssuer: string;
  /** The clients whose tokens are taken. @default none */
  readonly jwtAudiences: readonly string[];
  /** The issuer's public client as which the dashboard signs people in. @default the first of `jwtAudiences` */
  readonly signInClientId: string;
  /** What the dashboard asks of the issuer, `openid` among it; many issuers give a refresh token for `offline_access` alone, but Cognito knows no such scope and gives one anyway. @default openid */
  readonly signInScopes: readonly string[];
  /** Origins besides the issuer's own where the dashboard asks for tokens, which its content security policy must allow: for Cognito the domain of the user pool, https://NAME.auth.REGION.amazoncognito.com. @default none */
  readonly signInOrigins: readonly string[];
  /** Connections and messages that the WebSocket API takes a second, all clients together. @default 500 */
  readonly socketRequestsPerSecond: number;
  /** As many more at once after a quiet while. @default 1000 */
  readonly socketRequestsBurst: number;
  /** Tickets handed out a second, to all clients together. @default 20 */
  readonly ticketsPerSecond: number;
  /** As many more at once after a quiet while. @default 100 */
  readonly ticketsBurst: number;
  /** What posts to sockets: our own lean client, or the SDK's. @default lean */
  readonly socketClient: "lean" | "sdk";
  /** Who reads by enhanced fan-out: 2 MB/s a shard of its own, pushed within some 70 ms, at a price of its own by the shard-hour and the GB. Not for a stream that takes records in the KPL's aggregated format: Lambda drops some of those unseen. A change makes a new mapping. @default none */
  readonly fanOut: FanOut;
  /** Whether the dashboard is deployed: a bucket, CloudFront, and the page. @default true */
  readonly hasDashboard: boolean;
  /** Who is mailed when an alarm goes off; AWS asks that address to confirm first. Without one, alarms show in CloudWatch alone. @default nobody */
  readonly alarmEmail: string;
  /** Dollars a month; AWS mails `alarmEmail` at 80 % of them, and when all are forecast to be spent, by the whole account. 0 for no budget. @default 0 */
  readonly monthlyBudgetDollars: number;
  /** What happens to stored data when its stack is deleted. @default retain */
  readonly dataRemoval: "retain" | "destroy";
  /** The name of this deployment among others of one account and region, in front of its stacks: Other-TapestreamStorage. What is deployed keeps its name; another one is another deployment. @default none */
  readonly stage: string;
  /** How much the functions log; DEBUG costs by the GB, and at WARN trades can no longer be followed. @default INFO */
  readonly logLevel: "DEBUG" | "INFO" | "WARN" | "ERROR";
  /** Whether X-Ray samples the functions' invocations, which is paid for by the trace; logs follow trades without it. @default none */
  readonly tracing: "none" | "xray";
}

/** Settings that follow from others unless they are given. */
export type PlannedKey = "shards" | "barsShards" | "aggregatorMemoryMiB" | "symbolCount";

/** The settings as they are given. */
export type Settings = Omit<TapestreamConfig, PlannedKey> & Readonly<Record<PlannedKey, number | "auto">>;
