import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";

import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";

import { least } from "#core/decimal.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import { frameTradesArbitrary } from "#test/arbitraries/trade.ts";
import { encodeFrame } from "./encode.ts";
import { frameTrades } from "./trades.ts";

const SCHEMA = readFileSync(fileURLToPath(new URL("../../proto/tapestream/v1/frame.proto", import.meta.url)), "utf8");
const UNPACKED_SCHEMA = SCHEMA.replaceAll(/(repeated [us]int(?:32|64) \w+ = \d+);/g, "$1 [packed = false];");

const typeOf = (schema: string): protobuf.Type => protobuf.parse(schema).root.lookupType("tapestream.v1.Frame");
const Packed = typeOf(SCHEMA);
const Unpacked = typeOf(UNPACKED_SCHEMA);

/** A frame as a stock library sees it: names in camel case, integers as decimal text. */
interface Message {
  readonly producer: string;
  readonly number: string;
  readonly baseTimeMs: string;
  readonly baseSequence: string;
  readonly ingestTimeMs: string;
  readonly source: string;
  readonly currency: string;
  readonly symbol: readonly string[];
  readonly trades: readonly number[];
  readonly priceScale: readonly number[];
  readonly sizeScale: readonly number[];
  readonly price: readonly string[];
  readonly size: readonly string[];
  readonly time: readonly string[];
  readonly sequence: readonly string[];
  readonly venueName: readonly string[];
  readonly venue: readonly number[];
  readonly conditionsName: readonly string[];
  readonly conditions: readonly number[];
  readonly frontierMs: string;
}

const decoded = (data: Uint8Array): Message =>
  Packed.toObject(Packed.decode(data), { longs: String, bytes: String, defaults: true, arrays: true }) as Message;

/** The trades of a message, by the words of the schema and in bigints throughout. */
const tradesOf = (message: Message): readonly Trade[] => {
  let at = 0;
  return message.symbol.flatMap((symbol, run) => {
    let [price, time, sequence] = [0n, BigInt(message.baseTimeMs), BigInt(message.baseSequence)];
    return Array.from({ length: message.trades[run]! }, (): Trade => {
      const row = at++;
      price += BigInt(message.price[row]!);
      time += BigInt(message.time[row]!);
      sequence += BigInt(message.sequence[row] ?? 0);
      const order = message.sequence.length > 0 ? sequence : BigInt(message.baseSequence) + BigInt(row);
      return {
        symbol,
        price: least({ units: Number(price), scale: message.priceScale[run] ?? message.priceScale[0] ?? 0 }),
        size: least({ units: Number(message.size[row]), scale: message.sizeScale[run] ?? message.sizeScale[0] ?? 0 }),
        eventTimeMs: epochMs(Number(time)),
        sequence: Number(order),
        venue: message.venueName[(message.venue[row] ?? 0) - 1],
        conditions: message.conditionsName[(message.conditions[row] ?? 0) - 1],
        source: message.source || undefined,
        currency: message.currency || undefined,
      };
    });
  });
};

const text = (value: bigint | number): string => value.toString();

/** The most long-winded message of the trades: a run each, and everything written out. */
const messageOf = (trades: readonly Trade[], baseTimeMs: number, baseSequence: number): Partial<Message> => {
  const names = (key: "venue" | "conditions"): readonly string[] => [
    ...new Set(trades.flatMap((trade) => trade[key] ?? [])),
  ];
  const [venueName, conditionsName] = [names("venue"), names("conditions")];
  return {
    baseTimeMs: text(baseTimeMs),
    baseSequence: text(baseSequence),
    source: trades[0]?.source ?? "",
    currency: trades[0]?.currency ?? "",
    symbol: trades.map(({ symbol }) => symbol),
    trades: trades.map(() => 1),
    priceScale: trades.map(({ price }) => price.scale),
    sizeScale: trades.map(({ size }) => size.scale),
    price: trades.map(({ price }) => text(price.units)),
    size: trades.map(({ size }) => text(size.units)),
    time: trades.map(({ eventTimeMs }) => text(eventTimeMs - baseTimeMs)),
    sequence: trades.map(({ sequence }) => text(sequence - baseSequence)),
    venueName,
    venue: trades.map(({ venue }) => (venue === undefined ? 0 : venueName.indexOf(venue) + 1)),
    conditionsName,
    conditions: trades.map(({ conditions }) => (conditions === undefined ? 0 : conditionsName.indexOf(conditions) + 1)),
  };
};

const bytesOf = (type: protobuf.Type, message: object): Uint8Array => type.encode(type.fromObject(message)).finish();

const VERSION = Uint8Array.of(0x08, 0x01);

/** Fields that a later schema may have: a number, a double, a text, a group that holds a group, a float. */
const UNKNOWN_FIELDS = Buffer.from(
  "f80601" + "c1070000000000000000" + "ca0702c3bc" + "d307db070801dc07d407" + "dd0700000000",
  "hex",
);

/** The fields of a message each as a message of its own, lists in two pieces at `cut`: joined in any order they are the message. */
const pieces = (message: Partial<Message>, isPacked: boolean, cut: number): readonly (readonly Uint8Array[])[] =>
  Object.entries(message).map(([name, value]) => {
    const type = isPacked ? Packed : Unpacked;
    const other = isPacked ? Unpacked : Packed;
    if (!Array.isArray(value)) return [bytesOf(type, { [name]: value })];
    const at = cut % (value.length + 1);
    return [bytesOf(type, { [name]: value.slice(0, at) }), bytesOf(other, { [name]: value.slice(at) })];
  });

describe("the published schema", () => {
  test("reads our frames as the trades we put in", () => {
    fc.assert(
      fc.property(frameTradesArbitrary, (trades) => {
        const data = encodeFrame({
          producer: "00ff",
          number: 2 ** 53 - 1,
          ingestTimeMs: epochMs(7),
          frontierMs: epochMs(5),
          trades,
        });
        const message = decoded(data);
        const { producer, number, ingestTimeMs, frontierMs } = message;
        expect([producer, number, ingestTimeMs, frontierMs]).toEqual(["AP8=", text(2 ** 53 - 1), "7", "5"]);
        expect(tradesOf(message)).toEqual([...Map.groupBy(trades, ({ symbol }) => symbol).values()].flat());
      }),
    );
  });

  test("writes frames that we read, with every number spelled out", () => {
    fc.assert(
      fc.property(frameTradesArbitrary, fc.integer({ min: 0, max: 1_400_000_000_000 }), (trades, base) => {
        const message = messageOf(trades, base, 0);
        const data = bytesOf(Packed, { version: 1, ...message });
        expect(frameTrades(data)).toEqual(trades);
      }),
    );
  });

  test("writes frames that we read in any order, packed or not, in pieces, among unknown fields", () => {
    const orderArbitrary = fc.array(fc.nat({ max: 999 }), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(frameTradesArbitrary, fc.boolean(), fc.nat(), orderArbitrary, (trades, isPacked, cut, order) => {
        const fields = pieces(messageOf(trades, 1_381_132_800_000, 1), isPacked, cut);
        const shuffled = fields.map((field, i) => ({ field, at: order[i]! })).toSorted((a, b) => a.at - b.at);
        const parts = shuffled.flatMap(({ field }) => field).flatMap((piece) => [piece, UNKNOWN_FIELDS]);
        const data = Buffer.concat([VERSION, ...parts]);
        expect(frameTrades(data)).toEqual(trades);
      }),
    );
  });
});
