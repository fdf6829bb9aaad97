import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { failedBatchStoreContract } from "#core/ports/failed-batch-store.contract.ts";
import type { FailedBatch } from "#core/ports/failed-batch-store.ts";
import { sequenceDigits } from "#core/units.ts";
import { openFailedBatchFolder } from "./folder.ts";

/** As Lambda writes it. */
const recordText = ({ stream, shardId, records }: FailedBatch): string =>
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

failedBatchStoreContract("folder", async () => {
  const folder = await mkdtemp(join(tmpdir(), "failed-batches-"));
  const write = async (key: string, text: string): Promise<void> => {
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  };
  return {
    store: openFailedBatchFolder(folder),
    fail: (key, batch) => write(key, recordText(batch)),
    spoil: (key) => write(key, "{}"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
});
