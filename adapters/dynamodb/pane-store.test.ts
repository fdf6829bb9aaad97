import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import type { Pane } from "#core/pane.ts";
import { paneStoreContract } from "#core/ports/pane-store.contract.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { arbitraryContent } from "#test/arbitraries/pane.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { timeText } from "./pane-item.ts";
import { openDynamoPaneStore } from "./pane-store.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

const minute = durationMs(60_000);
const hour = durationMs(3_600_000);
const intervals = [1_000, 10_000, 60_000, 300_000, 86_400_000].map((intervalMs) => ({
  intervalMs: durationMs(intervalMs),
  keepMs: hour,
}));

paneStoreContract("dynamodb", async () =>
  openDynamoPaneStore({ table: await dynamo.table("panes"), intervals, clock: createManualClock(epochMs(1_000_000)) }),
);

const [content] = fc.sample(arbitraryContent, { seed: 1, numRuns: 1 });
const pane = (last: number): Pane => ({
  symbol: "IBM",
  intervalMs: minute,
  startMs: epochMs(0),
  shard: "shardId-000000000000",
  lastSequence: sequenceNumber(String(last)),
  content: content as Pane["content"],
  isCorrected: false,
});
const range = { symbol: "IBM", intervalMs: minute, startMs: epochMs(0), endMs: epochMs(60_000) };

test("a pane leaves the ranges when its time to live from the last write is over, and is still to be added to", async () => {
  const clock = createManualClock(epochMs(0));
  await using store = openDynamoPaneStore({ table: await dynamo.table("panes"), intervals, clock });
  //   write 1      write 2                 over
  // --+------------+-----------------------+----------
  //   0            30 min                  90 min
  await store.put([pane(1)]);
  await clock.advance(30 * 60_000);
  await store.put([pane(2)]);
  await clock.advance(60 * 60_000 - 1);
  expect(await store.range(range)).toEqual([pane(2)]);
  await clock.advance(1);
  expect(await store.range(range)).toEqual([]);
  expect(await store.get([pane(2)])).toEqual([pane(2)]);
});

test("rejects a pane of an interval that is not stored", async () => {
  const clock = createManualClock(epochMs(0));
  await using store = openDynamoPaneStore({ table: await dynamo.table("panes"), intervals: [], clock });
  await expect(store.put([pane(1)])).rejects.toThrow("an interval must be stored, was 60000 ms");
});

test("rejects with our error when there is no such table", async () => {
  const clock = createManualClock(epochMs(0));
  await using store = openDynamoPaneStore({ table: "missing", intervals, clock });
  const unavailable = { code: "TAPE_STORE_UNAVAILABLE", isRetryable: true };
  await expect(store.put([pane(1), pane(2)])).rejects.toMatchObject(unavailable);
  await expect(store.get([pane(1)])).rejects.toMatchObject(unavailable);
  await expect(store.range(range)).rejects.toMatchObject({
    ...unavailable,
    message: expect.stringMatching(/^table missing must answer, failed with ResourceNotFoundException/),
  });
});

test("texts of times sort as the times do", () => {
  const time = fc.integer({ min: -(2 ** 52), max: 999_999_999_999_999 }).map(epochMs);
  fc.assert(fc.property(time, time, (a, b) => timeText(a) < timeText(b) === a < b));
});
