import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { leftText, STILL_MS, watchRun } from "./watch-run.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a run that is watched", () => {
  const noLook = async (): Promise<void> => undefined;

  test("stands still when its state has been the same for the whole limit, and says what it waits for", async () => {
    let state = "1 of 3";
    using watch = watchRun({ everyMs: 500, look: noLook, state: () => state, waitsFor: () => leftText(["a shard"]) });
    const told = vi.fn();
    watch.stalled.catch(told);
    await vi.advanceTimersByTimeAsync(STILL_MS);
    state = "2 of 3";
    await vi.advanceTimersByTimeAsync(STILL_MS);
    expect(told).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(500);
    expect(told.mock.calls).toMatchObject([
      [
        {
          code: "TAPE_RUN_STALLED",
          message: "something must change within 300 s, nothing did: left in the streams: a shard",
        },
      ],
    ]);
  });

  test("does not stand still while it has nothing to do", async () => {
    using watch = watchRun({ everyMs: 500, look: noLook, state: () => undefined, waitsFor: () => leftText([]) });
    const told = vi.fn();
    watch.stalled.catch(told);
    await vi.advanceTimersByTimeAsync(3 * STILL_MS);
    expect(told).not.toHaveBeenCalled();
  });

  test("is looked at once at a time, however slow the answer, and again after a look that failed", async () => {
    const looks: PromiseWithResolvers<void>[] = [];
    const look = (): Promise<void> => {
      looks.push(Promise.withResolvers());
      return looks.at(-1)!.promise;
    };
    using _ = watchRun({ everyMs: 500, look, state: () => undefined, waitsFor: () => leftText([]) });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(looks).toHaveLength(1);
    looks[0]!.reject(new RangeError("not now"));
    await vi.advanceTimersByTimeAsync(500);
    expect(looks).toHaveLength(2);
  });
});
