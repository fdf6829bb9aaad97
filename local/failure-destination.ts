import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EpochMs } from "#core/units.ts";
import type { BatchDiscarded } from "./cloud-event.ts";
import type { PolledRecord } from "./kinesis-event.ts";
import type { MappingSpec } from "./mapping-spec.ts";

export interface Discard {
  readonly shardId: string;
  readonly records: readonly PolledRecord[];
  readonly condition: BatchDiscarded["condition"];
  readonly approximateInvokeCount: number;
  /** The last invocation ended in an error, rather than in a response that reports failures. */
  readonly isFunctionError: boolean;
  /** The event that held these records, as JSON text. */
  readonly payload: string;
  readonly nowMs: EpochMs;
}

/**
 * Writes the invocation record of a discarded batch below `bucketsDir`, under the key that it would have in the S3 bucket.
 * Returns the file's path, undefined when the mapping has no failure destination.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export const writeDiscard = async (
  bucketsDir: string,
  mapping: MappingSpec,
  discard: Discard,
): Promise<string | undefined> => {
  if (mapping.onFailureBucket === undefined) return undefined;
  const path = join(bucketsDir, mapping.onFailureBucket, objectKey(mapping.uuid, discard));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(invocationRecord(mapping, discard)));
  return path;
};

/** `aws/lambda/<UUID>/<shardId>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random UUID>`. */
const objectKey = (uuid: string, { shardId, nowMs }: Discard): string => {
  const time = new Date(nowMs).toISOString().slice(0, 19);
  const day = time.slice(0, 10).replaceAll("-", "/");
  return `aws/lambda/${uuid}/${shardId}/${day}/${time.replaceAll(":", ".")}-${randomUUID()}`;
};

const invocationRecord = (mapping: MappingSpec, discard: Discard): unknown => {
  const { shardId, records, condition, approximateInvokeCount, isFunctionError, payload, nowMs } = discard;
  const [first, last] = [records[0], records.at(-1)];
  return {
    requestContext: { requestId: randomUUID(), functionArn: mapping.fn.arn, condition, approximateInvokeCount },
    responseContext: {
      statusCode: 200,
      executedVersion: "$LATEST",
      ...(isFunctionError ? { functionError: "Unhandled" } : {}),
    },
    version: "1.0",
    timestamp: new Date(nowMs).toISOString(),
    KinesisBatchInfo: {
      shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: new Date(first?.arrivalMs ?? nowMs).toISOString(),
      approximateArrivalOfLastRecord: new Date(last?.arrivalMs ?? nowMs).toISOString(),
      batchSize: records.length,
      streamArn: mapping.streamArn,
    },
    payload,
  };
};
