import { MARKET_STARTS_MS } from "./synthetic-market.ts";
import { MAX_PAYLOAD_BYTES } from "#local/kinesis-event.ts";
import type { EpochMs } from "#core/units.ts";

/** The id of the shard that all events are of. */
export const SHARD_ID = "shardId-000000000006";

/** A record as it goes into an event. */
export interface EventRecord {
  readonly data: Uint8Array;
  readonly partitionKey: string;
  readonly arrivalTimeMs: EpochMs;
  readonly tradeCount: number;
}

/** An event as JSON text: flat and of one byte a character, as the Lambda runtime has it. */
export interface EventText {
  readonly text: string;
  readonly tradeCount: number;
}

/** Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html */
const MAX_RECORDS = 10_000;
const STREAM_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/market-ticks";
const ROLE_ARN = "arn:aws:iam::123456789012:role/tick-aggregator-role";
/** As long as Kinesis's own. */
const SEQUENCE_HEAD = "4959033827149025660855969253836157109592";
const SEQUENCE_TAIL_DIGITS = 16;
const FIRST_SEQUENCE_TAIL = 1_575_989_136;

const HEAD = '{"Records":[';
/** The arrival window is 15 s, and its state is put in by who runs the event. */
const TAIL =
  `],"window":{"start":"${secondsText(0)}","end":"${secondsText(15_000)}"},"state":{},"shardId":"${SHARD_ID}",` +
  `"eventSourceARN":"${STREAM_ARN}","isFinalInvokeForWindow":false,"isWindowTerminatedEarly":false}`;

/** The invocation that ends a window, but for its state. */
export const FINAL_EVENT_TEXT = (HEAD + TAIL).replace(
  '"isFinalInvokeForWindow":false',
  '"isFinalInvokeForWindow":true',
);

/**
 * Successive events of one shard, each filled up to `maxTradesPerEvent`, to 6 MB or to 10,000 records, whichever comes first.
 * Source of their shape: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export const eventTexts = (
  next: () => EventRecord,
  { eventCount, maxTradesPerEvent }: { readonly eventCount: number; readonly maxTradesPerEvent: number },
): readonly EventText[] => {
  let number = 0;
  let record = next();
  return Array.from({ length: eventCount }, () => {
    const parts: string[] = [];
    let [bytes, tradeCount] = [HEAD.length + TAIL.length, 0];
    for (; parts.length < MAX_RECORDS; record = next()) {
      const part = recordText(record, number);
      if (bytes + part.length > MAX_PAYLOAD_BYTES || tradeCount + record.tradeCount > maxTradesPerEvent) break;
      parts.push(part);
      bytes += part.length + 1;
      tradeCount += record.tradeCount;
      number++;
    }
    // By way of bytes: a string put together of parts is flattened by whoever reads it first.
    return { text: Buffer.from(HEAD + parts.join(",") + TAIL, "latin1").toString("latin1"), tradeCount };
  });
};

const recordText = ({ data, partitionKey, arrivalTimeMs }: EventRecord, number: number): string => {
  const sequenceNumber = SEQUENCE_HEAD + String(FIRST_SEQUENCE_TAIL + number).padStart(SEQUENCE_TAIL_DIGITS, "0");
  return JSON.stringify({
    kinesis: {
      kinesisSchemaVersion: "1.0",
      partitionKey,
      sequenceNumber,
      data: Buffer.from(data.buffer, data.byteOffset, data.length).toString("base64"),
      approximateArrivalTimestamp: arrivalTimeMs / 1_000,
    },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `${SHARD_ID}:${sequenceNumber}`,
    eventName: "aws:kinesis:record",
    invokeIdentityArn: ROLE_ARN,
    awsRegion: "us-east-1",
    eventSourceARN: STREAM_ARN,
  });
};

function secondsText(afterMs: number): string {
  return new Date(MARKET_STARTS_MS + afterMs).toISOString().replace(".000Z", "Z");
}
