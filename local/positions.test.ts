import type { Shard } from "@aws-sdk/client-kinesis";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { mappingSpec } from "./fixtures/mapping.ts";
import { openPositions, type Position } from "./positions.ts";

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "positions-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const mapping = mappingSpec();
const file = (): string => join(dir, `${mapping.uuid}.json`);

const shard = (id: number, begins = "100"): Shard => ({
  ShardId: `shard-${id}`,
  HashKeyRange: undefined,
  SequenceNumberRange: { StartingSequenceNumber: begins },
});

const after = (sequenceNumber: string): Position => ({ type: "AFTER_SEQUENCE_NUMBER", sequenceNumber });

describe("the positions of a mapping", () => {
  test("are found again by the next run", async () => {
    const kept: readonly Position[] = [
      after("107"),
      { type: "AT_TIMESTAMP", timestampMs: epochMs(5_000) },
      { type: "PASSED_OVER" },
    ];
    const positions = await openPositions(dir, mapping);
    expect(positions.of(shard(0))).toBeUndefined();
    for (const [id, position] of kept.entries()) await positions.keep(shard(id), position);
    const again = await openPositions(dir, mapping);
    expect(kept.map((_, id) => again.of(shard(id)))).toEqual(kept);
  });

  test("are all there once each has been kept, however many at once", async () => {
    const positions = await openPositions(dir, mapping);
    const ids = Array.from({ length: 40 }, (_, id) => id);
    await Promise.all(
      ids.map(async (id) => {
        await positions.keep(shard(id), after(`10${id}`));
        expect((await openPositions(dir, mapping)).of(shard(id))).toEqual(after(`10${id}`));
      }),
    );
    expect(await readdir(dir)).toEqual([`${mapping.uuid}.json`]);
  });

  test("do not outlive their shard's stream, nor another's of the same mapping", async () => {
    await (await openPositions(dir, mapping)).keep(shard(0), after("107"));
    const again = await openPositions(dir, mapping);
    expect(again.of(shard(0, "200"))).toBeUndefined();
    const other = await openPositions(dir, mappingSpec({ streamName: "other" }));
    expect(other.of(shard(0))).toBeUndefined();
  });

  test("are unknown when the file is torn or garbage", async () => {
    await (await openPositions(dir, mapping)).keep(shard(0), after("107"));
    const whole = await readFile(file(), "utf8");
    const wrong = ["", "\0".repeat(80), "[]", "{}", whole.replace("107", "x"), whole.replace("AFTER", "BEHIND")];
    const torn = Array.from({ length: whole.length }, (_, length) => whole.slice(0, length));
    for (const text of [...wrong, ...torn]) {
      await writeFile(file(), text);
      expect([text, (await openPositions(dir, mapping)).of(shard(0))]).toEqual([text, undefined]);
    }
  });

  test("end with the process without a folder", async () => {
    const positions = await openPositions(undefined, mapping);
    await positions.keep(shard(0), after("107"));
    expect(positions.of(shard(0))).toEqual(after("107"));
    expect((await openPositions(undefined, mapping)).of(shard(0))).toBeUndefined();
  });
});
