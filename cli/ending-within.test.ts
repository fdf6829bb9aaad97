import { expect, test, vi } from "vitest";
import { durationMs } from "#core/units.ts";
import { endingWithin } from "./ending-within.ts";

test("a process that something keeps alive is ended in time, and says what that is", () => {
  vi.useFakeTimers();
  try {
    const told: string[] = [];
    const codes: number[] = [];
    const open = (): readonly string[] => ["TCPSocketWrap", "Timeout", "TCPSocketWrap"];
    const deps = { open, tell: (line: string) => told.push(line), exit: (code: number) => codes.push(code) };
    const ending = endingWithin(durationMs(60_000), deps);
    vi.advanceTimersByTime(3_600_000);
    ending[Symbol.dispose]();
    vi.advanceTimersByTime(59_999);
    expect(codes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(codes).toEqual([1]);
    expect(told).toEqual([
      "all must be closed 60 s after a run, was not: 2 TCPSocketWrap, 1 Timeout [TAPE_RUN_STALLED]",
    ]);
  } finally {
    vi.useRealTimers();
  }
});
