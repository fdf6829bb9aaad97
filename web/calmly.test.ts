import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { calmly } from "./calmly.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("acts soon after the first call, and once for all that come too early", () => {
  const act = vi.fn<() => void>();
  const call = calmly(1_000, act);
  call();
  vi.advanceTimersByTime(1);
  expect(act).toHaveBeenCalledTimes(1);
  call();
  call();
  vi.advanceTimersByTime(900);
  expect(act).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(200);
  expect(act).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(5_000);
  expect(act).toHaveBeenCalledTimes(2);
});
