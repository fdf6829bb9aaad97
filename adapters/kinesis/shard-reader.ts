import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type GetRecordsCommandOutput,
  type Shard,
} from "@aws-sdk/client-kinesis";
import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { ShardReader, ShardRecord, ShardSpan } from "#core/ports/shard-reader.ts";
import { durationMs, epochMs, sequenceDigits, sequenceNumber, type SequenceNumber } from "#core/units.ts";
import { openStream, type KinesisOptions, type KinesisStream } from "./client.ts";
import { createShardNames } from "./shard-names.ts";

/** Usually nothing lies in a span, and the first record behind it says so. */
const FIRST_PAGE = 1;
const PAGE = 1_000;
const ATTEMPTS = 10;
const BACKOFF: Backoff = { firstMs: durationMs(100), longestMs: durationMs(2_000) };

const THROTTLED = "ProvisionedThroughputExceededException";
/** An iterator is good for five minutes. Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
const EXPIRED = "ExpiredIteratorException";

/**
 * Reads a Kinesis stream by the shard. A read ends at the tip, too: a record that the stream does not show yet is not
 * waited for.
 */
export const openKinesisShardReader = (options: KinesisOptions): ShardReader & AsyncDisposable => {
  const stream = openStream(options);
  const names = createShardNames(stream);
  return {
    name: (shardId) => names.of(shardId),
    parents: async (shard) => {
      const [shardId = "", streamBorn] = shard.split("@");
      const shards = await listShards(stream);
      const own = shards.find(({ ShardId }) => ShardId === shardId);
      return shards.flatMap(({ ShardId }) => {
        const isParent = ShardId === own?.ParentShardId || ShardId === own?.AdjacentParentShardId;
        return ShardId !== undefined && isParent ? [`${ShardId}@${streamBorn}`] : [];
      });
    },
    read: (shard, span) => readSpan(stream, shard.split("@")[0] ?? "", span),
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
  };
};

/** All shards that the stream still has. A page after the first names the token alone. Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html */
const listShards = async (stream: KinesisStream): Promise<readonly Shard[]> => {
  const shards: Shard[] = [];
  let token: string | undefined;
  do {
    const command = new ListShardsCommand(token === undefined ? { StreamName: stream.name } : { NextToken: token });
    const page = await stream.ask((client) => client.send(command));
    shards.push(...(page.Shards ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return shards;
};

async function* readSpan(
  stream: KinesisStream,
  shard: string,
  { after, before }: ShardSpan,
): AsyncGenerator<readonly ShardRecord[]> {
  let last = after;
  let iterator = await iteratorAfter(stream, shard, last);
  let limit = FIRST_PAGE;
  // A closed shard's last page has null for its next iterator.
  while (typeof iterator === "string") {
    const page = await readPage(stream, iterator, limit);
    if (page === undefined) {
      iterator = await iteratorAfter(stream, shard, last);
      continue;
    }
    const records = recordsOf(page);
    const within = records.filter((record) => record.sequenceNumber < before);
    if (within.length > 0) yield within;
    if (within.length < records.length || (records.length === 0 && page.MillisBehindLatest === 0)) return;
    last = records.at(-1)?.sequenceNumber ?? last;
    limit = PAGE;
    iterator = page.NextShardIterator;
  }
}

const iteratorAfter = async (
  stream: KinesisStream,
  shard: string,
  after: SequenceNumber | undefined,
): Promise<string | undefined> => {
  const start =
    after === undefined
      ? ({ ShardIteratorType: "TRIM_HORIZON" } as const)
      : ({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: sequenceDigits(after) } as const);
  const command = new GetShardIteratorCommand({ StreamName: stream.name, ShardId: shard, ...start });
  const answer = await patiently(stream, () => stream.ask((client) => client.send(command), [THROTTLED]));
  return answer.ShardIterator;
};

/** One page, undefined when the iterator has expired. */
const readPage = async (
  stream: KinesisStream,
  iterator: string,
  limit: number,
): Promise<GetRecordsCommandOutput | undefined> => {
  const command = new GetRecordsCommand({ ShardIterator: iterator, Limit: limit });
  try {
    return await patiently(stream, () => stream.ask((client) => client.send(command), [THROTTLED, EXPIRED]));
  } catch (error) {
    if (error instanceof Error && error.name === EXPIRED) return undefined;
    throw error;
  }
};

const patiently = async <Answer>(stream: KinesisStream, request: () => Promise<Answer>): Promise<Answer> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== THROTTLED) throw error;
      if (attempt === ATTEMPTS) {
        const message = `stream ${stream.name} must answer within ${ATTEMPTS} attempts, throttled them all`;
        throw new PipelineError("TAPE_STREAM_UNAVAILABLE", message, { cause: error, retryable: true });
      }
      await stream.clock.sleep(backoffMs(BACKOFF, attempt, Math.random()));
    }
  }
};

const recordsOf = ({ Records = [] }: GetRecordsCommandOutput): readonly ShardRecord[] =>
  Records.map(({ SequenceNumber: digits, ApproximateArrivalTimestamp: arrival, Data }) => ({
    sequenceNumber: sequenceNumber(digits ?? ""),
    arrivalTimeMs: epochMs(arrival?.getTime() ?? NaN),
    data: Data ?? new Uint8Array(),
  }));
