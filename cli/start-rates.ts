import { GetRecordsCommand, GetShardIteratorCommand, ListShardsCommand } from "@aws-sdk/client-kinesis";
import { openStream, type KinesisStream } from "#adapters/kinesis/client.ts";
import { PipelineError } from "#core/errors.ts";
import { paneKeyText, type Pane } from "#core/pane.ts";
import { readUpdateRecord } from "#core/update-record.ts";

/** What has come out of the pipeline since the rates were opened. */
export interface Rates {
  /** Trades that the bars of the shortest interval held. */
  readonly trades: number;
  /** Bars of all stored intervals that changed, each once. */
  readonly bars: number;
  /** When the newest trade known happened; undefined before the first. */
  readonly newestEventTimeMs: number | undefined;
}

export interface OpenRates extends AsyncDisposable {
  readonly rates: Rates;
  /** Takes in what was published since the last call. */
  refresh(): Promise<void>;
}

const PAGE = 1_000;
const EXPIRED = "ExpiredIteratorException";

/** Reads the stream of updates from its tip on, and adds up what they say. */
export const openRates = async (streamName: string, shortestIntervalMs: number): Promise<OpenRates> => {
  const stream = openStream({ stream: streamName });
  const tips = await tipsOf(stream);
  const counts = new Map<string, number>();
  const bars = new Set<string>();
  let trades = 0;
  let newestEventTimeMs: number | undefined;

  const take = (pane: Pane): void => {
    bars.add(paneKeyText({ ...pane, shard: "" }));
    newestEventTimeMs = Math.max(newestEventTimeMs ?? 0, pane.content.close.eventTimeMs);
    if (pane.intervalMs !== shortestIntervalMs) return;
    const key = paneKeyText(pane);
    const before = counts.get(key) ?? 0;
    trades += Math.max(0, pane.content.tradeCount - before);
    counts.set(key, Math.max(before, pane.content.tradeCount));
  };

  return {
    get rates() {
      return { trades, bars: bars.size, newestEventTimeMs };
    },
    refresh: async () => {
      for (const tip of tips) for (const data of await nextRecords(stream, tip)) readUpdateRecord(data).forEach(take);
    },
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
  };
};

/** How far a shard has been read; undefined at the end of a closed one. */
interface Tip {
  readonly shard: string;
  iterator: string | undefined;
}

/** An iterator is good for five minutes, which a laptop may sleep through. What cannot be read now can be later. */
const nextRecords = async (stream: KinesisStream, tip: Tip): Promise<readonly Uint8Array[]> => {
  if (tip.iterator === undefined) return [];
  const command = new GetRecordsCommand({ ShardIterator: tip.iterator, Limit: PAGE });
  try {
    const page = await stream.ask((client) => client.send(command), [EXPIRED]);
    tip.iterator = page.NextShardIterator;
    return (page.Records ?? []).flatMap(({ Data }) => Data ?? []);
  } catch (error) {
    if (error instanceof Error && error.name === EXPIRED) tip.iterator = await iteratorAtTip(stream, tip.shard);
    else if (!(error instanceof PipelineError && error.isRetryable)) throw error;
    return [];
  }
};

const tipsOf = async (stream: KinesisStream): Promise<readonly Tip[]> => {
  const command = new ListShardsCommand({ StreamName: stream.name });
  const { Shards = [] } = await stream.ask((client) => client.send(command));
  const shards = Shards.flatMap(({ ShardId }) => ShardId ?? []);
  return Promise.all(shards.map(async (shard) => ({ shard, iterator: await iteratorAtTip(stream, shard) })));
};

const iteratorAtTip = async (stream: KinesisStream, ShardId: string): Promise<string | undefined> => {
  const command = new GetShardIteratorCommand({ StreamName: stream.name, ShardId, ShardIteratorType: "LATEST" });
  return (await stream.ask((client) => client.send(command))).ShardIterator;
};
