import type { Random } from "#core/random.ts";
import type { Intercept, ServiceAnswer } from "./faulty-endpoint.ts";

interface Entry {
  readonly PartitionKey: string;
}

type Body = Record<string, unknown>;
type Forward = (body: Body) => Promise<ServiceAnswer>;

/** What Kinesis says of an entry whose shard is too busy. */
const REFUSED = { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "Rate exceeded" } as const;

/** Answers `PutRecords` as Kinesis does when it takes some entries only: those that are refused find their shard too busy. */
export const refusingPutRecords =
  (isRefused: (partitionKey: string) => boolean): Intercept =>
  async (operation, body, forward) =>
    operation === "PutRecords" ? refuse(body, forward, ({ PartitionKey }) => isRefused(PartitionKey)) : forward(body);

/**
 * Answers `PutRecords` as if one entry and about half of the others had been refused. They were indeed, unless `isTaken`:
 * the service may report a failure for what it has stored, and a producer that tries again repeats it.
 * Source: https://docs.aws.amazon.com/streams/latest/dev/kinesis-record-processor-duplicates.html
 */
export const misanswerPutRecords = async (
  body: Body,
  forward: Forward,
  random: Random,
  isTaken: boolean,
): Promise<ServiceAnswer> => {
  const { length } = body["Records"] as readonly Entry[];
  const one = Math.floor(random() * length);
  const refused = Array.from({ length }, (_, i) => i === one || random() < 0.5);
  if (!isTaken) return refuse(body, forward, (_, i) => refused[i] === true);
  const answer = await forward(body);
  const results = answer.body["Records"];
  if (!Array.isArray(results)) return answer;
  const Records = results.map((result: unknown, i) => (refused[i] === true ? REFUSED : result));
  return { status: 200, body: { FailedRecordCount: refused.filter(Boolean).length, Records } };
};

const refuse = async (
  body: Body,
  forward: Forward,
  isRefused: (entry: Entry, index: number) => boolean,
): Promise<ServiceAnswer> => {
  const entries = (body["Records"] as readonly Entry[]).map((entry, i) => ({ entry, refused: isRefused(entry, i) }));
  const taken = entries.filter(({ refused }) => !refused).map(({ entry }) => entry);
  const answer: ServiceAnswer =
    taken.length === 0 ? { status: 200, body: { Records: [] } } : await forward({ ...body, Records: taken });
  const results = (answer.body["Records"] as readonly unknown[]).values();
  const Records = entries.map(({ refused }) => (refused ? REFUSED : results.next().value));
  return { status: 200, body: { FailedRecordCount: entries.length - taken.length, Records } };
};
