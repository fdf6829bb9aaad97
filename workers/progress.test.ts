import { expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { epochMs } from "#core/units.ts";
import { PATIENCE_MS, Progress } from "./progress.ts";

test("progress is made as long as each thing that is under way comes on", async () => {
  const clock = createManualClock(epochMs(0));
  const progress = new Progress(clock);
  expect(progress.isMade).toBe(true);
  progress.step(0);
  progress.step(1);
  await clock.advance(PATIENCE_MS);
  progress.step(0);
  expect(progress.isMade).toBe(true);
  await clock.advance(1);
  expect(progress.isMade).toBe(false);
  progress.step(1);
  expect(progress.isMade).toBe(true);
  await clock.advance(PATIENCE_MS);
  progress.step(1);
  await clock.advance(1);
  expect(progress.isMade).toBe(false);
  progress.end(0);
  expect(progress.isMade).toBe(true);
});
