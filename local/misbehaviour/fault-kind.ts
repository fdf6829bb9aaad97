/** What can be asked to go wrong. Each is something that the services or the producers are allowed to do. */
export const FAULT_KINDS = [
  // What the mapping does to its function.
  /** A batch is delivered again after it succeeded. */
  "redeliver",
  /** The first part of a batch is taken, then the whole batch comes with the state from before. */
  "take-part",
  /** A batch that succeeded comes again cut in two. */
  "cut-elsewhere",
  /** Old batches come again, each with the state it then had, in any order. */
  "redeliver-old",
  /** An invocation succeeds, and its response is lost. */
  "drop-response",
  /** The state of the window is gone. */
  "lose-state",
  /** The state of the window cannot be read. */
  "garble-state",
  /** A batch comes with the state of an earlier one. */
  "stale-state",
  /** The window ends before its time, with an invocation of its own. */
  "end-early",
  /** The mapping hears of a timeout while the invocation goes on beside its successors, and writes. */
  "time-out",
  /** The function's process dies in mid-batch. */
  "kill",
  /** An invocation is throttled. */
  "throttle-invocation",
  /** The clock of the function's process is wrong by up to two minutes, ahead or behind, for as long as it lives. */
  "skew-clock",

  // What happens to the mapping and to its stream.
  /** The mapping is created again, at or before all that is not stored yet. */
  "recreate-mapping",
  /** The mapping is created again past records that were taken and not stored. */
  "recreate-mapping-ahead",
  /** A second mapping reads the stream from its beginning, beside the first. */
  "second-mapping",
  /** An open shard is split in two. */
  "split-shard",
  /** Two open shards are merged. */
  "merge-shards",
  /** A record is put that can be no trade: noise, a truncated frame, a frame of impossible trades. */
  "poison-record",

  // What the services answer to functions and producers.
  /** Requests to Kinesis are throttled. */
  "throttle-stream",
  /** Entries put into the stream are refused. */
  "refuse-entries",
  /** Entries put into the stream are reported as failed, though they were taken: a producer's retry repeats them. */
  "refuse-taken-entries",
  /** A function that puts entries into the stream dies in the middle of that. */
  "kill-producer",
  /** The clock of a function that puts entries into the stream is put ahead or back by up to two minutes in mid-run. */
  "skew-producer-clock",
  /** Entries that the function itself puts into another stream are refused, or taken and reported as failed. */
  "refuse-updates",
  /** Requests to DynamoDB are throttled. */
  "throttle-store",
  /** A part of a batch request to DynamoDB is left unprocessed. */
  "refuse-items",
  /** DynamoDB does what it is asked, and its answer is lost. */
  "lose-store-answer",
  /** DynamoDB answers late. */
  "slow-store",

  // What happens between the gateway and its clients.
  /** A client's socket is lost, if need be in the middle of a message; the gateway notices, or takes it for open. */
  "lose-socket",
  /** The gateway says of a connection that lives that it is gone. */
  "gone-connection",
  /** The gateway says of a connection that it is busy, for some posts in a row. */
  "busy-connection",
] as const;

/** Those that only a client meets that is connected. */
export const SOCKET_FAULTS: readonly FaultKind[] = ["lose-socket", "gone-connection", "busy-connection"];

export type FaultKind = (typeof FAULT_KINDS)[number];
