import type { EpochMs } from "#core/units.ts";
import { REGION } from "./attributes.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import type { ArrivalWindow } from "./shard-step.ts";

/**
 * The greatest event: records as base64, what describes them, and the state of a window.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_PAYLOAD_BYTES = 6 * 1_048_576;

/** A record as the event source mapping read it from a shard. */
export interface PolledRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** base64. */
  readonly data: string;
  readonly arrivalMs: EpochMs;
}

/** The window fields of an event, beside its records. */
export interface WindowFields {
  readonly window: ArrivalWindow;
  readonly state: unknown;
  readonly isFinalInvokeForWindow: boolean;
  readonly isWindowTerminatedEarly: boolean;
}

type EventMapping = Pick<MappingSpec, "streamArn" | "fn">;

/**
 * The event that a function is given for a batch of one shard.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html and
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export const kinesisEvent = (
  mapping: EventMapping,
  shardId: string,
  records: readonly PolledRecord[],
  windowed: WindowFields | undefined,
): string => {
  const Records = records.map((record) => eventRecord(mapping, shardId, record));
  if (windowed === undefined) return JSON.stringify({ Records });
  const { window, state, isFinalInvokeForWindow, isWindowTerminatedEarly } = windowed;
  return JSON.stringify({
    Records,
    window: { start: instantText(window.startMs), end: instantText(window.endMs) },
    state,
    shardId,
    eventSourceARN: mapping.streamArn,
    isFinalInvokeForWindow,
    isWindowTerminatedEarly,
  });
};

const eventRecord = (mapping: EventMapping, shardId: string, record: PolledRecord): unknown => ({
  kinesis: {
    kinesisSchemaVersion: "1.0",
    partitionKey: record.partitionKey,
    sequenceNumber: record.sequenceNumber,
    data: record.data,
    approximateArrivalTimestamp: record.arrivalMs / 1_000,
  },
  eventSource: "aws:kinesis",
  eventVersion: "1.0",
  eventID: `${shardId}:${record.sequenceNumber}`,
  eventName: "aws:kinesis:record",
  invokeIdentityArn: mapping.fn.roleArn,
  awsRegion: REGION,
  eventSourceARN: mapping.streamArn,
});

/** How many bytes a record adds to the event. */
export const eventBytes = (mapping: EventMapping, shardId: string, record: PolledRecord): number => {
  const envelope = JSON.stringify(eventRecord(mapping, shardId, { ...record, data: "" }));
  return Buffer.byteLength(envelope) + record.data.length + 1;
};

const instantText = (ms: EpochMs): string => new Date(ms).toISOString().replace(".000Z", "Z");
