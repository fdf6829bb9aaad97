import { PipelineError } from "#core/errors.ts";
import type { FailedBatch } from "#core/ports/failed-batch-store.ts";
import { epochMs, sequenceNumber } from "#core/units.ts";

/** Under these keys Lambda writes. Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
export const WAITING = "aws/lambda/";
/** Put before the key of a batch that is done. */
export const DONE = "redriven/";

interface InvocationRecord {
  readonly KinesisBatchInfo: { readonly shardId: string; readonly streamArn: string };
  /** The event, as JSON text. */
  readonly payload: string;
}

interface Event {
  readonly Records?: readonly {
    readonly kinesis: {
      readonly sequenceNumber: string;
      readonly data: string;
      readonly approximateArrivalTimestamp: number;
    };
  }[];
}

/**
 * The batch in the invocation record that Lambda wrote about it.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 * @throws PipelineError TAPE_FILE_UNREADABLE
 */
export const readInvocationRecord = (key: string, text: string): FailedBatch => {
  try {
    const { KinesisBatchInfo, payload } = JSON.parse(text) as InvocationRecord;
    const { Records = [] } = JSON.parse(payload) as Event;
    return {
      stream: KinesisBatchInfo.streamArn.split("/").at(-1) ?? "",
      shardId: KinesisBatchInfo.shardId,
      records: Records.map(({ kinesis }) => ({
        sequenceNumber: sequenceNumber(kinesis.sequenceNumber),
        arrivalTimeMs: epochMs(Math.round(kinesis.approximateArrivalTimestamp * 1_000)),
        data: Uint8Array.from(Buffer.from(kinesis.data, "base64")),
      })),
    };
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError || cause instanceof RangeError)) throw cause;
    throw unreadable(key, cause.message, cause);
  }
};

export const unreadable = (key: string, problem: string, cause?: unknown): PipelineError =>
  new PipelineError("TAPE_FILE_UNREADABLE", `a failed batch must be readable under ${key}, was not: ${problem}`, {
    cause,
  });
