import { describe, expect, test } from "vitest";
import type { FrameStream, RecordPlace } from "./frame-stream.ts";

/** An empty stream of a few shards, and how to look into it. */
export interface FrameStreamSetup extends AsyncDisposable {
  readonly stream: FrameStream;
  /** From now on the stream takes no entry with this partition key. */
  refuse(partitionKey: string): void;
  /** The bytes of the record at this place. */
  at(place: RecordPlace): Promise<Uint8Array | undefined>;
  /** All records, of all shards. */
  records(): Promise<readonly Uint8Array[]>;
}

const sorted = (records: readonly Uint8Array[]): readonly string[] =>
  records.map((bytes) => `${bytes.length} ${[...bytes.subarray(0, 8)].join(" ")}`).toSorted();

/** What every stream of frames must do. */
export const frameStreamContract = (name: string, open: () => Promise<FrameStreamSetup>): void => {
  describe(`FrameStream: ${name}`, () => {
    test("takes many entries and large ones, each once", async () => {
      await using setup = await open();
      const small = Array.from({ length: 1_203 }, (_, i) => new Uint8Array([i % 256, i >> 8]));
      const large = [150_000, 150_000, 1_000_000, 24_000].map((length, i) => new Uint8Array(length).fill(i + 1));
      const entries = [...small, ...large].map((data, i) => ({ partitionKey: String(i % 64), data }));
      expect((await setup.stream.put(entries)).every((place) => place !== undefined)).toBe(true);
      expect(sorted(await setup.records())).toEqual(sorted([...small, ...large]));
    });

    test("takes nothing without a word", async () => {
      await using setup = await open();
      expect(await setup.stream.put([])).toEqual([]);
      expect(await setup.records()).toEqual([]);
    });

    test("says where each entry stands", async () => {
      await using setup = await open();
      const entries = Array.from({ length: 40 }, (_, i) => ({ partitionKey: `lane ${i}`, data: new Uint8Array([i]) }));
      const places = await setup.stream.put(entries);
      for (const [i, place] of places.entries()) expect(await setup.at(place!)).toEqual(entries[i]!.data);
      expect(new Set(places.map((place) => place?.shard)).size).toBeGreaterThan(1);
    });

    test("says of each entry whether it was taken", async () => {
      await using setup = await open();
      setup.refuse("busy");
      const keys = Array.from({ length: 700 }, (_, i) => (i % 3 === 1 ? "busy" : `lane ${i}`));
      const entries = keys.map((partitionKey, i) => ({ partitionKey, data: new Uint8Array([i % 256, i >> 8]) }));
      const places = await setup.stream.put(entries);
      expect(places.map((place) => place !== undefined)).toEqual(keys.map((key) => key !== "busy"));
      const taken = entries.filter(({ partitionKey }) => partitionKey !== "busy").map(({ data }) => data);
      expect(sorted(await setup.records())).toEqual(sorted(taken));
    });

    test("is not touched by what the caller does to its bytes afterwards", async () => {
      await using setup = await open();
      const data = new Uint8Array([1, 2, 3]);
      await setup.stream.put([{ partitionKey: "a", data }]);
      data.fill(9);
      expect(sorted(await setup.records())).toEqual(["3 1 2 3"]);
    });
  });
};
