/** What nobody has measured on AWS for this app: assumptions, to be replaced by what a deployment shows. */

/** No shard is planned to be fuller than this on average. Plan for the rate of the busiest minutes, not of the day. */
export const FULLEST = 0.85;

/** An invocation waits for its requests, one after another: checkpoint or status, and the update stream. */
export const INVOCATION_WAIT_MS = 40;

/** What a post to a connection takes to be answered. */
export const POST_WAIT_MS = 10;

/** What a request of DynamoDB takes to be answered. */
export const STORE_WAIT_MS = 5;

/** A line of our own, one of metrics, and Lambda's three of each invocation. */
export const LOG_BYTES_PER_INVOCATION = 1_300;

/** The line by which the fetcher tells once a second of the frames that it sent. */
export const SENT_LINE_BYTES = 700;

/** What a trade takes as JSON, in the alternatives. */
export const JSON_TRADE_BYTES = 200;

/** CPU to parse one JSON trade out of a record of its own and to add it to a map of bars. */
export const PLAIN_FOLD_NS = 3_600;

/** Trades per second that one Kinesis Processing Unit of Flink folds, stored state and checkpoints included: a guess. */
export const TRADES_PER_KPU = 10_000;
