import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { countingFunction, fakeFunction, textsOf, type FakeFunction } from "./fixtures/mapping.ts";
import { openStreams, type Streams } from "./fixtures/streams.ts";
import type { MappingSpec } from "./mapping-spec.ts";

let streams: Streams;
let root: string;
let positionsDir: string;
let streamName: string;

beforeAll(async () => {
  [streams, root] = await Promise.all([openStreams(), mkdtemp(join(tmpdir(), "mapping-restart-"))]);
});
beforeEach(async () => {
  streamName = await streams.create();
  positionsDir = join(root, streamName);
});
afterAll(async () => {
  await streams[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

/** A window that no test sees the end of. */
const ENDLESS_MS = durationMs(2 ** 52);
const LATEST: Partial<MappingSpec> = { startingPosition: { type: "LATEST" } };

/** What a run of the mapping delivers of what is there and what `meanwhile` puts. */
const run = async (
  given: Partial<MappingSpec> = {},
  meanwhile: () => Promise<void> = async () => undefined,
  fn: FakeFunction = fakeFunction(),
): Promise<readonly string[]> => {
  const use = async (settle: () => Promise<void>): Promise<void> => {
    await meanwhile();
    await settle();
  };
  await streams.run(fn, { streamName, ...given }, use, positionsDir);
  return fn.events.flatMap(textsOf);
};

describe("an event source mapping that was kept", () => {
  test("goes on behind the last batch that succeeded", async () => {
    await streams.put(streamName, "a", "b");
    expect(await run()).toEqual(["a", "b"]);
    expect(await run()).toEqual([]);
    await streams.put(streamName, "c");
    expect(await run()).toEqual(["c"]);
    expect(await run({}, () => streams.put(streamName, "d"))).toEqual(["d"]);
  });

  test("begins a window again that had not ended, and none that had", async () => {
    const given = { tumblingWindowMs: ENDLESS_MS };
    await streams.put(streamName, "a", "b");
    const counting = countingFunction();
    const unfinished = async (settle: () => Promise<void>): Promise<void> => {
      const settled = settle().catch(() => undefined);
      while (counting.events.length === 0) await new Promise((resolve) => setImmediate(resolve));
      void settled;
    };
    await streams.run(counting, { streamName, ...given }, unfinished, positionsDir);
    const again = countingFunction();
    const brief = { tumblingWindowMs: durationMs(20) };
    expect(await run(brief, undefined, again)).toEqual(["a", "b"]);
    // What was put at once may have arrived in two windows.
    const ended = again.events.filter(({ isFinalInvokeForWindow }) => isFinalInvokeForWindow);
    expect(again.events.at(-1)).toBe(ended.at(-1));
    expect(ended.reduce((sum, { state }) => sum + (state?.count ?? 0), 0)).toBe(2);
    expect(await run(brief, undefined, countingFunction())).toEqual([]);
  });

  test("goes on where LATEST was when it was created", async () => {
    await streams.put(streamName, "old");
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await run(LATEST)).toEqual([]);
    await streams.put(streamName, "between");
    expect(await run(LATEST)).toEqual(["between"]);
    await streams.put(streamName, "later");
    expect(await run(LATEST)).toEqual(["later"]);
  });

  test("reads shards to their end that were closed while it was away, and none that LATEST passed over", async () => {
    await streams.put(streamName, "old");
    await streams.split(streamName);
    expect(await run(LATEST, () => streams.put(streamName, "d"))).toEqual(["d"]);
    await streams.put(streamName, "j");
    await streams.merge(streamName);
    await streams.put(streamName, "e");
    expect(await run(LATEST)).toEqual(["j", "e"]);
    expect(await run(LATEST)).toEqual([]);
  });

  test("starts at its starting position when what was kept is garbage", async () => {
    await streams.put(streamName, "a");
    await run();
    for (const name of await readdir(positionsDir)) await writeFile(join(positionsDir, name), '{"streamName":');
    expect(await run()).toEqual(["a"]);
  });

  test("keeps nothing without a folder", async () => {
    await streams.put(streamName, "a");
    for (const _ of [1, 2]) {
      const fn = fakeFunction();
      await streams.run(fn, { streamName }, (settle) => settle());
      expect(fn.events.flatMap(textsOf)).toEqual(["a"]);
    }
  });
});
