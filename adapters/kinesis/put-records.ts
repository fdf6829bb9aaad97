import { PutRecordsCommand, type PutRecordsResultEntry } from "@aws-sdk/client-kinesis";
import { concurrently } from "#core/concurrently.ts";
import { PipelineError } from "#core/errors.ts";
import type { StreamEntry } from "#core/ports/frame-stream.ts";
import { sequenceNumber, type SequenceNumber } from "#core/units.ts";
import type { KinesisStream } from "./client.ts";

/** Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const REQUEST_RECORDS = 500;
/** Far below the 5 MB that a request may have: smaller requests cost sender and receiver less per byte. */
const REQUEST_BYTES = 200_000;
const REQUESTS_IN_FLIGHT = 4;

/** Where the stream says that it put a record. */
export interface PutPlace {
  readonly shardId: string;
  readonly sequenceNumber: SequenceNumber;
}

/** A whole request was refused; none of its records was taken. */
const THROTTLED = "ProvisionedThroughputExceededException";

/**
 * Puts the entries in as many requests as it takes, and says of each where the stream put it, undefined for one that it did
 * not take, as far as is known: a request that got no answer may have landed or not, and none is sent after it.
 * @throws PipelineError TAPE_STREAM_UNAVAILABLE, once nothing is under way, when no request got an answer or one was refused
 * for good.
 */
export const putRecords = async (
  stream: KinesisStream,
  entries: readonly StreamEntry[],
): Promise<readonly (PutPlace | undefined)[]> => {
  const requests = requestsOf(entries);
  const answers = new Map<readonly StreamEntry[], readonly (PutPlace | undefined)[]>();
  const failures: unknown[] = [];
  await concurrently(requests, REQUESTS_IN_FLIGHT, async (request) => {
    if (failures.length > 0) return;
    try {
      answers.set(request, await putRequest(stream, request));
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      failures.push(error);
    }
  });
  if (answers.size === 0 && failures.length > 0) throw failures[0];
  return requests.flatMap((request) => answers.get(request) ?? request.map(() => undefined));
};

const isUnanswered = (error: unknown): boolean => error instanceof PipelineError && error.isRetryable;

const putRequest = async (
  stream: KinesisStream,
  entries: readonly StreamEntry[],
): Promise<readonly (PutPlace | undefined)[]> => {
  const Records = entries.map(({ partitionKey, data }) => ({ PartitionKey: partitionKey, Data: data }));
  try {
    const command = new PutRecordsCommand({ StreamName: stream.name, Records });
    const answer = await stream.ask((client) => client.send(command), [THROTTLED]);
    return entries.map((_, i) => placeOf(answer.Records?.[i]));
  } catch (error) {
    if (error instanceof Error && error.name === THROTTLED) return entries.map(() => undefined);
    throw error;
  }
};

const placeOf = ({ ShardId, SequenceNumber }: PutRecordsResultEntry = {}): PutPlace | undefined =>
  ShardId === undefined || SequenceNumber === undefined
    ? undefined
    : { shardId: ShardId, sequenceNumber: sequenceNumber(SequenceNumber) };

/** The entries in their order, in groups of at most 500 and about 200 KB. */
const requestsOf = (entries: readonly StreamEntry[]): readonly (readonly StreamEntry[])[] => {
  const requests: StreamEntry[][] = [];
  let bytes = Infinity;
  for (const entry of entries) {
    const entryBytes = entry.partitionKey.length + entry.data.length;
    const request = requests.at(-1);
    if (request !== undefined && request.length < REQUEST_RECORDS && bytes + entryBytes <= REQUEST_BYTES) {
      request.push(entry);
      bytes += entryBytes;
    } else {
      requests.push([entry]);
      bytes = entryBytes;
    }
  }
  return requests;
};
