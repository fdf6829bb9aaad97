import type { ShardRecord } from "#core/ports/shard-reader.ts";
import { PipelineError } from "#core/errors.ts";
import { arrivalTimeOf } from "#core/trade-limits.ts";
import { sequenceNumber } from "#core/units.ts";

/**
 * What Lambda hands over: a batch of one shard's records and, under a tumbling window, where the window stands.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export interface AggregatorEvent {
  readonly Records?: readonly KinesisRecord[];
  /** The arrival window. Absent where the mapping has none. */
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: { readonly life?: string };
  readonly shardId?: string;
  readonly isFinalInvokeForWindow?: boolean;
  readonly isWindowTerminatedEarly?: boolean;
}

interface KinesisRecord {
  /** `shardId-000000000006:49590338271490256608559692538361571095921575989136588898` */
  readonly eventID: string;
  readonly kinesis: {
    readonly sequenceNumber: string;
    /** Base64. */
    readonly data: string;
    /** Seconds since 1970, with a fraction. */
    readonly approximateArrivalTimestamp: number;
  };
}

/** The shard that the event's records are of. @throws PipelineError TAPE_EVENT_INVALID when it names none. */
export const shardOf = ({ shardId, Records = [] }: AggregatorEvent): string => {
  const shard = shardId ?? Records[0]?.eventID.split(":")[0];
  if (!shard) {
    throw new PipelineError(
      "TAPE_EVENT_INVALID",
      "an event must name its shard or hold a record, did neither: is this a Kinesis event source mapping?",
    );
  }
  return shard;
};

/** As many bytes as the event's records have, at most. */
export const capacityOf = ({ Records = [] }: AggregatorEvent): number =>
  Records.reduce((sum, { kinesis }) => sum + Buffer.byteLength(kinesis.data, "base64"), 0);

/** The event's records, their bytes in one buffer of {@link capacityOf} bytes. */
export const recordsOf = ({ Records = [] }: AggregatorEvent, bytes: Buffer): readonly ShardRecord[] => {
  let at = 0;
  return Records.map(({ kinesis: { data, sequenceNumber: digits, approximateArrivalTimestamp } }) => {
    const from = at;
    at += bytes.write(data, at, "base64");
    return {
      sequenceNumber: sequenceNumber(digits),
      arrivalTimeMs: arrivalTimeOf(Math.round(approximateArrivalTimestamp * 1_000)),
      data: bytes.subarray(from, at),
    };
  });
};
