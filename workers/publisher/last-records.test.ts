import { expect, test } from "vitest";
import { epochMs, sequenceNumber } from "#core/units.ts";
import { LastRecords } from "./last-records.ts";

const at = (offset: number) => sequenceNumber(String(offset));

/** A partition of trades and marks, which gives two offsets at a time, and tells which it was asked for. */
const openPartition = (kinds: ("trade" | "mark")[]) => {
  const asked: bigint[] = [];
  const fetch = async (_: number, from: bigint) => {
    asked.push(from);
    const next = Math.min(Number(from) + 2, kinds.length);
    const offsets = [Number(from), Number(from) + 1].filter((offset) => kinds[offset] === "trade");
    const records = offsets.map((offset) => ({
      offset: BigInt(offset),
      position: at(offset),
      timeMs: epochMs(0),
      value: Buffer.alloc(0),
    }));
    return { records, next: BigInt(next), end: BigInt(kinds.length) };
  };
  const last = new LastRecords({ start: () => Promise.resolve(0n), fetch });
  return {
    kinds,
    asked,
    lastBehind: (stored: number | undefined) =>
      last.of(0, BigInt(kinds.length), stored === undefined ? undefined : at(stored)),
  };
};

test("a partition whose last record is stored is not waiting, whatever marks follow", async () => {
  const { lastBehind, asked } = openPartition(["trade", "mark", "mark", "mark"]);
  expect(await lastBehind(0)).toBe(at(0));
  expect(await lastBehind(0)).toBe(at(0));
  expect(asked).toEqual([1n, 3n]);
});

test("a partition of marks alone never had a record", async () => {
  expect(await openPartition(["mark", "mark", "mark"]).lastBehind(undefined)).toBeUndefined();
  expect(await openPartition([]).lastBehind(undefined)).toBeUndefined();
});

test("a partition with a record behind the stored one is waiting, and is looked into once", async () => {
  const { lastBehind, asked, kinds } = openPartition(["trade", "mark", "mark", "trade", "mark"]);
  expect(await lastBehind(0)).toBe(at(4));
  kinds.push("trade");
  expect(await lastBehind(0)).toBe(at(5));
  expect(asked).toEqual([1n, 3n]);
  expect(await lastBehind(3)).toBe(at(5));
  expect(await lastBehind(5)).toBe(at(5));
});
