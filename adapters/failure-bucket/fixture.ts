import type { FailedBatch } from "#core/ports/failed-batch-store.ts";
import { sequenceDigits } from "#core/units.ts";

/** The invocation record of a batch, as Lambda writes it. */
export const invocationRecordText = ({ stream, shardId, records }: FailedBatch): string =>
  JSON.stringify({
    requestContext: { condition: "RetryAttemptsExhausted" },
    KinesisBatchInfo: { shardId, streamArn: `arn:aws:kinesis:us-east-1:123456789012:stream/${stream}` },
    payload: JSON.stringify({
      Records: records.map(({ sequenceNumber, arrivalTimeMs, data }) => ({
        kinesis: {
          sequenceNumber: sequenceDigits(sequenceNumber),
          data: Buffer.from(data).toString("base64"),
          approximateArrivalTimestamp: arrivalTimeMs / 1_000,
        },
      })),
    }),
  });
