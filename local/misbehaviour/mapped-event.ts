import { isObject, objectOf, parseObject, type JsonObject } from "../json.ts";

/** The event that a mapping hands to its function, as far as misbehaviour looks at it. */
export interface MappedEvent {
  readonly shardId: string;
  readonly Records: readonly MappedRecord[];
  /** Undefined where the mapping has no window. */
  readonly window: unknown;
  readonly state: JsonObject;
}

interface MappedRecord {
  readonly eventID: string;
  readonly kinesis: { readonly sequenceNumber: string; readonly approximateArrivalTimestamp: number };
}

export const readMappedEvent = (text: string): MappedEvent => {
  const event = objectOf(parseObject(text));
  const Records = (event["Records"] ?? []) as readonly MappedRecord[];
  const named = event["shardId"];
  const shardId = typeof named === "string" ? named : Records[0]?.eventID.split(":")[0];
  return { shardId: shardId ?? "", Records, window: event["window"], state: objectOf(event["state"]) };
};

/** The same event with other members. */
export const withMembers = (text: string, members: object): string =>
  JSON.stringify({ ...parseObject(text), ...members });

/** The state in a response; none is kept without one, or with one that is empty. */
export const stateOf = (response: string): JsonObject => objectOf(parseObject(response)?.["state"]);

export const isEmpty = (state: JsonObject): boolean => Object.keys(state).length === 0;

/** A state whose texts are cut off. */
export const garbled = (state: JsonObject, keep: number): JsonObject =>
  Object.fromEntries(
    Object.entries(state).map(([name, value]) => [
      name,
      typeof value === "string" ? cut(value, keep) : garbledValue(value, keep),
    ]),
  );

const garbledValue = (value: unknown, keep: number): unknown => (isObject(value) ? garbled(value, keep) : value);

const cut = (text: string, keep: number): string => text.slice(0, Math.floor(text.length * keep));
