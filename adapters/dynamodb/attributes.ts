import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import type { Item } from "./requests.ts";

export const numberOf = (value: number): AttributeValue => ({ N: String(value) });

/** @throws RangeError when the item has no text of this name. */
export const readText = (item: Item, name: string): string => {
  const text = item[name]?.S;
  if (text === undefined)
    throw new RangeError(`an item must have the text ${name}, had ${Object.keys(item).join(", ")}`);
  return text;
};

/** @throws RangeError when the item has no number of this name. */
export const readNumber = (item: Item, name: string): number => {
  const digits = item[name]?.N;
  if (digits === undefined)
    throw new RangeError(`an item must have the number ${name}, had ${Object.keys(item).join(", ")}`);
  return Number(digits);
};

/** 0 when the item has no number of this name, as one that was written before it was counted. */
export const readCount = (item: Item, name: string): number => (item[name] === undefined ? 0 : readNumber(item, name));

/** The attribute that {@link readTime} reads; none for undefined. */
export const timeAttribute = (name: string, timeMs: EpochMs | undefined): Item =>
  timeMs === undefined ? {} : { [name]: numberOf(timeMs) };

/** Undefined when the item has no number of this name. */
export const readTime = (item: Item, name: string): EpochMs | undefined =>
  item[name] === undefined ? undefined : epochMs(readNumber(item, name));

/** @throws RangeError when the item has no bytes of this name. */
export const readBytes = (item: Item, name: string): Uint8Array => {
  const bytes = item[name]?.B;
  if (bytes === undefined)
    throw new RangeError(`an item must have the bytes ${name}, had ${Object.keys(item).join(", ")}`);
  return bytes;
};

/**
 * The time to live of an item written now: epoch seconds.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
 */
export const expiresAt = (nowMs: EpochMs, keepMs: DurationMs): AttributeValue =>
  numberOf(Math.ceil((nowMs + keepMs) / 1_000));

/**
 * Whether the item's time is not over. One whose time is over stays readable until DynamoDB deletes it, days later.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html
 */
export const isLive = (item: Item, nowMs: EpochMs): boolean => readNumber(item, "expiresAt") * 1_000 > nowMs;
