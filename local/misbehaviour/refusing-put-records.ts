import type { Intercept, ServiceAnswer } from "./faulty-endpoint.ts";

interface Entry {
  readonly PartitionKey: string;
}

/** Answers `PutRecords` as Kinesis does when it takes some entries only: those that are refused find their shard too busy. */
export const refusingPutRecords = (isRefused: (partitionKey: string) => boolean): Intercept => {
  return async (operation, body, forward) => {
    if (operation !== "PutRecords") return forward(body);
    const entries = (body["Records"] as readonly Entry[]).map((entry) => ({
      entry,
      refused: isRefused(entry.PartitionKey),
    }));
    const taken = entries.filter(({ refused }) => !refused).map(({ entry }) => entry);
    const answer: ServiceAnswer =
      taken.length === 0 ? { status: 200, body: { Records: [] } } : await forward({ ...body, Records: taken });
    const results = (answer.body["Records"] as readonly unknown[]).values();
    const Records = entries.map(({ refused }) =>
      refused
        ? { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "Rate exceeded" }
        : results.next().value,
    );
    return { status: 200, body: { FailedRecordCount: entries.length - taken.length, Records } };
  };
};
