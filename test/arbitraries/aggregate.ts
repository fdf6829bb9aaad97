import { createHash } from "node:crypto";

import fc from "fast-check";
import protobuf from "protobufjs";

/** Source: https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md */
const SCHEMA = `
  syntax = "proto2";
  message AggregatedRecord {
    repeated string partition_key_table = 1;
    repeated string explicit_hash_key_table = 2;
    repeated Record records = 3;
  }
  message Tag {
    required string key = 1;
    optional string value = 2;
  }
  message Record {
    required uint64 partition_key_index = 1;
    optional uint64 explicit_hash_key_index = 2;
    required bytes data = 3;
    repeated Tag tags = 4;
  }`;

const AggregatedRecord = protobuf.parse(SCHEMA).root.lookupType("AggregatedRecord");

/** What a producer puts beside the data of its user records. */
export interface Keys {
  readonly partitionKeys: readonly string[];
  readonly hashKeys: readonly string[];
  readonly hasTags: boolean;
}

const PLAIN: Keys = { partitionKeys: ["IBM"], hashKeys: [], hasTags: false };

/** The user records as the Kinesis Producer Library puts them together, keys by turns. */
export const aggregateOf = (
  userRecords: readonly Uint8Array[],
  { partitionKeys, hashKeys, hasTags }: Keys = PLAIN,
): Uint8Array => {
  const records = userRecords.map((data, i) => ({
    partitionKeyIndex: i % partitionKeys.length,
    ...(hashKeys.length > 0 ? { explicitHashKeyIndex: i % hashKeys.length } : {}),
    data,
    tags: hasTags ? [{ key: "source", value: "börse" }, { key: "" }] : [],
  }));
  const body = { partitionKeyTable: partitionKeys, explicitHashKeyTable: hashKeys, records };
  const message = AggregatedRecord.encode(body).finish();
  return Uint8Array.from([0xf3, 0x89, 0x9a, 0xc2, ...message, ...createHash("md5").update(message).digest()]);
};

const texts = (minLength: number): fc.Arbitrary<readonly string[]> =>
  fc.array(fc.oneof(fc.constantFrom("", "IBM", "k".repeat(200)), fc.string()), { minLength, maxLength: 3 });

export const keysArbitrary: fc.Arbitrary<Keys> = fc.record({
  partitionKeys: texts(1),
  hashKeys: texts(0),
  hasTags: fc.boolean(),
});
