import { describe, expect, test } from "vitest";
import { BEYOND_ALL, type SequenceNumber } from "#core/units.ts";
import type { ShardReader, ShardRecord, ShardSpan } from "./shard-reader.ts";

/** A stream of one open shard, and what changes it. */
export interface ShardReaderSetup extends AsyncDisposable {
  readonly reader: ShardReader;
  /** The names of those that are open, in the order of the keys they cover. */
  openShards(): Promise<readonly string[]>;
  /** Appends records to this very shard, in order. */
  append(shard: string, data: readonly Uint8Array[]): Promise<readonly SequenceNumber[]>;
  split(shard: string): Promise<void>;
  merge(shard: string, adjacent: string): Promise<void>;
}

const data = (count: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, i) => new Uint8Array([i % 256, i >> 8, 0, 255]));

const readAll = async (reader: ShardReader, shard: string, span: ShardSpan): Promise<readonly ShardRecord[]> => {
  const batches = await Array.fromAsync(reader.read(shard, span));
  expect(batches.every((batch) => batch.length > 0)).toBe(true);
  return batches.flat();
};

const filled = async (setup: ShardReaderSetup, count: number): Promise<[string, readonly SequenceNumber[]]> => {
  const [shard] = await setup.openShards();
  if (shard === undefined) throw new RangeError("a stream must have an open shard, had none");
  return [shard, await setup.append(shard, data(count))];
};

/** What every reader of shards must do. */
export const shardReaderContract = (
  name: string,
  { canReshard }: { readonly canReshard: boolean },
  open: () => Promise<ShardReaderSetup>,
): void => {
  describe(`ShardReader: ${name}`, () => {
    spanTests(open);
    if (canReshard) reshardTests(open);
  });
};

const spanTests = (open: () => Promise<ShardReaderSetup>): void => {
  test("reads every span of a shard without its ends, although later records exist", async () => {
    await using setup = await open();
    const [shard, positions] = await filled(setup, 5);
    for (const [i, after] of [undefined, ...positions].entries()) {
      for (const [j, before] of positions.entries()) {
        const records = await readAll(setup.reader, shard, { after, before });
        expect(records.map(({ sequenceNumber: at }) => at)).toEqual(positions.slice(i, Math.max(i, j)));
      }
    }
  });

  test("reads bytes and arrival times, in sequence order, over many pages", async () => {
    await using setup = await open();
    const [shard, positions] = await filled(setup, 2_300);
    const records = await readAll(setup.reader, shard, { after: undefined, before: BEYOND_ALL });
    expect(records.map(({ sequenceNumber: at }) => at)).toEqual(positions);
    expect(records.map(({ data: bytes }) => [...bytes])).toEqual(data(2_300).map((bytes) => [...bytes]));
    expect(records.every(({ arrivalTimeMs }, i) => arrivalTimeMs >= (records[i - 1]?.arrivalTimeMs ?? 1))).toBe(true);
  });

  test("ends at the tip when no record lies beyond the span", async () => {
    await using setup = await open();
    const [shard, positions] = await filled(setup, 3);
    const records = await readAll(setup.reader, shard, { after: positions[0], before: BEYOND_ALL });
    expect(records.map(({ sequenceNumber: at }) => at)).toEqual(positions.slice(1));
    expect(await readAll(setup.reader, shard, { after: positions[2], before: BEYOND_ALL })).toEqual([]);
  });

  test("reads nothing from a shard without records", async () => {
    await using setup = await open();
    const [shard] = await filled(setup, 0);
    expect(await readAll(setup.reader, shard, { after: undefined, before: BEYOND_ALL })).toEqual([]);
  });

  test("rejects a read of a shard that the stream does not have", async () => {
    await using setup = await open();
    const gone = await setup.reader.name("shardId-000000000999");
    const reading = readAll(setup.reader, gone, { after: undefined, before: BEYOND_ALL });
    await expect(reading).rejects.toMatchObject({ code: "TAPE_STREAM_UNAVAILABLE" });
  });

  test("names a shard the same each time", async () => {
    await using setup = await open();
    expect(await setup.reader.name("shardId-000000000000")).toBe(await setup.reader.name("shardId-000000000000"));
    expect(await setup.reader.name("shardId-000000000000")).not.toBe(await setup.reader.name("shardId-000000000001"));
  });
};

const reshardTests = (open: () => Promise<ShardReaderSetup>): void => {
  test("a shard that is gone has no parents", async () => {
    await using setup = await open();
    expect(await setup.reader.parents(await setup.reader.name("shardId-000000000999"))).toEqual([]);
  });

  test("a shard split has two children, and they one parent", async () => {
    await using setup = await open();
    const [shard] = await filled(setup, 1);
    expect(await setup.reader.parents(shard)).toEqual([]);
    await setup.split(shard);
    const children = await setup.openShards();
    expect(children).toHaveLength(2);
    for (const child of children) expect(await setup.reader.parents(child)).toEqual([shard]);
  });

  test("a shard merged of two has both as parents", async () => {
    await using setup = await open();
    const [shard] = await filled(setup, 1);
    await setup.split(shard);
    const parents = await setup.openShards();
    await setup.merge(parents[0] ?? "", parents[1] ?? "");
    const [merged, ...others] = await setup.openShards();
    expect(others).toEqual([]);
    expect((await setup.reader.parents(merged ?? "")).toSorted()).toEqual(parents.toSorted());
  });

  test("a closed shard is read to its end, and its child from its own beginning, beyond it", async () => {
    await using setup = await open();
    const [shard, positions] = await filled(setup, 3);
    await setup.split(shard);
    const [child = ""] = await setup.openShards();
    const [born] = await setup.append(child, data(1));

    const old = await readAll(setup.reader, shard, { after: positions[0], before: BEYOND_ALL });
    expect(old.map(({ sequenceNumber: at }) => at)).toEqual(positions.slice(1));
    expect(await readAll(setup.reader, shard, { after: positions[2], before: BEYOND_ALL })).toEqual([]);
    const young = await readAll(setup.reader, child, { after: undefined, before: BEYOND_ALL });
    expect(young.map(({ sequenceNumber: at }) => at)).toEqual([born]);
    expect((born ?? "") > (positions[2] ?? "")).toBe(true);
  });
};
