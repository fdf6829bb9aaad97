import { expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { shardOperations } from "#test/operations-fixture.ts";
import { Stages, stageTimes, STAGES } from "./stages.ts";

const told = shardOperations({
  last: "7",
  eventTimeMs: epochMs(1_000_000),
  ingestTimeMs: epochMs(1_000_040),
  arrivalTimeMs: epochMs(1_000_045),
  foldedTimeMs: epochMs(1_000_245),
});
const passage = { shard: told.shard, last: "7", sentMs: 1_000_345, receivedMs: 1_000_355, paintedMs: 1_000_367 };
const TOOK = { fetched: 40, taken: 5, folded: 200, sent: 100, received: 10, painted: 12 };

const mediansOf = (stages: Stages): Record<string, number | undefined> =>
  Object.fromEntries([...stages.quantiles(0)].map(([stage, quantiles]) => [stage, quantiles?.p50]));

test("a way is cut into stages that together are all of it", () => {
  const times = stageTimes(told, passage);
  expect(Object.fromEntries(times)).toEqual(TOOK);
  expect(times.reduce((sum, [, ms]) => sum + ms, 0)).toBe(passage.paintedMs - told.eventTimeMs!);
});

test("what is not known leaves its stages out, and times that are not of now the first", () => {
  const stagesOf = (given: Partial<typeof told>): readonly string[] =>
    stageTimes({ ...told, ...given }, passage).map(([stage]) => stage);
  expect(stagesOf({ ingestTimeMs: undefined })).toEqual(STAGES.slice(2));
  expect(stagesOf({ eventTimeMs: epochMs(1_000_040 - 3_600_000) })).toEqual(STAGES.slice(1));
  const yearAgoMs = epochMs(1_000_000 - 31_536_000_000);
  expect(stagesOf({ eventTimeMs: yearAgoMs, ingestTimeMs: yearAgoMs })).toEqual(STAGES.slice(2));
  expect(stagesOf({ eventTimeMs: undefined, ingestTimeMs: undefined, arrivalTimeMs: undefined })).toEqual(
    STAGES.slice(3),
  );
});

test("the server's part and the page's are put together, whichever comes first, and once", () => {
  for (const isToldFirst of [true, false]) {
    const stages = new Stages();
    const steps = [() => stages.tell(told, 0), () => stages.pass(passage, 0)];
    for (const step of isToldFirst ? steps : steps.toReversed()) step();
    expect(mediansOf(stages)).toEqual(TOOK);
    // told again with the next answer, as nothing has come since
    stages.tell(told, 0);
    expect(stages.quantiles(0).get("folded")!.count).toBe(1);
  }
});

test("parts of different steps are not put together", () => {
  const stages = new Stages();
  stages.tell(told, 0);
  stages.pass({ ...passage, last: "8" }, 0);
  expect(mediansOf(stages)["sent"]).toBeUndefined();
});
