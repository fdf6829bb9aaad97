/** The version that this code writes and the only one it reads. */
export const FRAME_VERSION = 1;

/** At most this many bytes name a producer. */
export const MAX_PRODUCER_BYTES = 16;

/** Field numbers of `tapestream.v1.Frame`, see proto/tapestream/v1/frame.proto. */
export const FIELD = {
  version: 1,
  producer: 2,
  number: 3,
  baseTimeMs: 4,
  baseSequence: 5,
  ingestTimeMs: 6,
  source: 7,
  currency: 8,
  symbol: 9,
  trades: 10,
  priceScale: 11,
  sizeScale: 12,
  price: 13,
  size: 14,
  time: 15,
  sequence: 16,
  venueName: 17,
  venue: 18,
  conditionsName: 19,
  conditions: 20,
  frontierMs: 21,
} as const;

/** Field numbers are below this. */
export const FIELD_END = 22;

/** Protobuf's wire types: how a value's end is found. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;
