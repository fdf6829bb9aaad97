/** What can go wrong in a run of the model. Each is allowed by what Lambda, Kinesis, Kafka or producers promise. */
export type Fault =
  | "crash" // an invocation dies between any two effects
  | "lost" // it succeeds and its answer is lost
  | "zombie" // what seemed dead goes on later, and writes
  | "boundaries" // a batch that failed comes again with other boundaries
  | "bisect" // a batch that failed comes again in halves
  | "oldEvents" // an old event is delivered again, with its old state
  | "early" // windows end early, state being too large
  | "rewind" // the mapping goes back to an old place with its old state
  | "straggler" // arrival times step back
  | "recreate" // the mapping is re-created at or before the open life
  | "recreateAhead" // the mapping is re-created anywhere, also past records that were taken and never stored
  | "rewindow" // with another window size
  | "loseState" // Lambda loses the state in mid-window or before its end, or hands over one that cannot be read
  | "staleState" // Lambda hands over the state of an earlier batch
  | "two" // two mappings at once
  | "producer" // producers send frames again, late or on a child shard
  | "expire" // records expire from the stream before they are read
  | "clocks" // each invocation's clock is wrong by minutes, and producers stamp trades ahead of their arrival
  | "reshard"; // shards split and merge

export type Transport = "window" | "windowless" | "kafka";

export interface FaultClass {
  readonly transport: Transport;
  readonly name: string;
  readonly faults: readonly Fault[];
}

const faultClass = (transport: Transport, name: string, faults: readonly Fault[]): FaultClass => ({
  transport,
  name,
  faults,
});

const CRASHES = ["crash", "lost"] as const;

/** The classes of DESIGN section 3: each row is one column of what the services allow. */
export const FAULT_CLASSES: readonly FaultClass[] = [
  faultClass("window", "nothing goes wrong", []),
  faultClass("window", "crash and lost answer, same batch", CRASHES),
  faultClass("window", "crash, new boundaries, bisect", [...CRASHES, "boundaries", "bisect"]),
  faultClass("window", "old event delivered again", ["oldEvents"]),
  faultClass("window", "early end", ["early"]),
  faultClass("window", "early end, crash, new boundaries", ["early", ...CRASHES, "boundaries"]),
  faultClass("window", "rewind to an old place with its old state", ["rewind"]),
  faultClass("window", "rewind, early end", ["rewind", "early"]),
  faultClass("window", "rewind, early end, crash", ["rewind", "early", ...CRASHES, "boundaries"]),
  faultClass("window", "arrival times step back", ["straggler", ...CRASHES]),
  faultClass("window", "mapping re-created", ["recreate"]),
  faultClass("window", "mapping re-created with another window, crash", ["recreate", "rewindow", ...CRASHES]),
  faultClass("window", "producer retries", ["producer"]),
  faultClass("window", "producer retries, old events, rewind", ["producer", "oldEvents", "rewind"]),
  faultClass("window", "producer retries, reshard", ["producer", "reshard"]),
  faultClass("window", "timed-out call that writes later", [...CRASHES, "zombie", "boundaries", "early", "rewind"]),
  faultClass("window", "all of these", [
    ...CRASHES,
    "zombie",
    "boundaries",
    "bisect",
    "early",
    "rewind",
    "recreate",
    "rewindow",
    "oldEvents",
    "producer",
    "reshard",
  ]),
  faultClass("window", "state lost in mid-window", ["loseState"]),
  faultClass("window", "state lost, early end, crash", ["loseState", "early", ...CRASHES]),
  faultClass("window", "state of an earlier batch handed over, crash, bisect", ["staleState", ...CRASHES, "bisect"]),
  faultClass("window", "state of an earlier batch handed over, reshard", ["staleState", "reshard", "producer"]),
  faultClass("window", "mapping re-created past the open life", ["recreateAhead"]),
  faultClass("window", "mapping re-created past the open life, reshard", ["recreateAhead", "reshard", "producer"]),
  faultClass("window", "two mappings at once", ["two", ...CRASHES, "boundaries"]),
  faultClass("window", "records expire before they are read, state lost", ["expire", "loseState"]),
  faultClass("window", "clocks differ, crash, state lost", ["clocks", "loseState", ...CRASHES]),
  faultClass("window", "clocks differ, records expire before they are read, state lost", [
    "clocks",
    "expire",
    "loseState",
  ]),
  faultClass("windowless", "nothing goes wrong", []),
  faultClass("windowless", "crash, same batch", CRASHES),
  faultClass("windowless", "crash, bisect", [...CRASHES, "bisect"]),
  faultClass("windowless", "crash, new boundaries", [...CRASHES, "boundaries"]),
  faultClass("windowless", "rewind", ["rewind"]),
  faultClass("windowless", "mapping re-created", ["recreate"]),
  faultClass("windowless", "records expire before they are read, producer retries", ["expire", "producer"]),
  faultClass("windowless", "producer retries, crash", ["producer", ...CRASHES]),
  faultClass("windowless", "all of these", [
    ...CRASHES,
    "zombie",
    "boundaries",
    "bisect",
    "rewind",
    "recreate",
    "oldEvents",
    "producer",
    "reshard",
  ]),
  faultClass("windowless", "two mappings at once", ["two", ...CRASHES, "boundaries"]),
  faultClass("windowless", "clocks differ, producer retries, reshard", ["clocks", "producer", "reshard", ...CRASHES]),
  faultClass("kafka", "nothing goes wrong", []),
  faultClass("kafka", "crash", ["crash"]),
  faultClass("kafka", "crash, producer retries", ["crash", "producer"]),
  faultClass("kafka", "rebalance with a zombie", ["crash", "zombie"]),
  faultClass("kafka", "rebalance with a zombie, producer retries", ["crash", "zombie", "producer"]),
  faultClass("kafka", "clocks differ, rebalance with a zombie", ["clocks", "crash", "zombie"]),
];
