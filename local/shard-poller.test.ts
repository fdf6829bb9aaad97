import { describe, expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { Activity } from "./activity.ts";
import {
  countingFunction,
  eventLog,
  fakeClock,
  fakeFunction,
  mappingSpec,
  polledRecord,
  scriptedReader,
  textsOf,
  type FakeFunction,
} from "./fixtures/mapping.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import { ShardPoller } from "./shard-poller.ts";
import type { ShardReader } from "./shard-reader.ts";

const windowed = { tumblingWindowMs: durationMs(1_000) };

/** A poller on a shard whose clock stands at 0. */
const open = (fn: Pick<FakeFunction, "invoke">, reader: ShardReader, given: Partial<MappingSpec> = {}) => {
  const stop = new AbortController();
  const clock = fakeClock(0);
  const done: string[] = [];
  const poller = new ShardPoller({
    mapping: mappingSpec(given),
    shardId: "shard-7",
    invoke: fn.invoke,
    bucketsDir: "/nonexistent",
    idleCloseMs: durationMs(500),
    activity: new Activity(),
    clock,
    signal: stop.signal,
    emit: eventLog().emit,
    reader,
    keepDone: async (sequenceNumber) => void done.push(sequenceNumber),
  });
  return { poller, clock, stop, done };
};

const page = (...texts: readonly string[]) => texts.map((text) => polledRecord(text));

describe("a shard's poller", () => {
  test("is done with a batch once that has succeeded", async () => {
    let failures = 2;
    const fn = fakeFunction(() => {
      if (failures-- > 0) throw new RangeError("no");
    });
    const { poller, done } = open(fn, scriptedReader([page("1", "2"), page("3")]), { batchSize: 2 });
    await poller.run();
    expect(done).toEqual(["12", "13"]);
  });

  test("is done with a window's batches once its final invocation has succeeded", async () => {
    const records = [1, 2, 3].map((place) => polledRecord(String(place), place * 400));
    const doneAt: number[] = [];
    const fn = fakeFunction(({ isFinalInvokeForWindow }) => {
      doneAt.push(opened.done.length);
      if (isFinalInvokeForWindow === true && doneAt.length === 3) throw new RangeError("no");
      return { state: {} };
    });
    const opened = open(fn, scriptedReader([records]), { ...windowed, batchSize: 1 });
    await opened.poller.run();
    // 1, 2, the window's end twice; 3, and its window's end
    expect([doneAt, opened.done]).toEqual([
      [0, 0, 0, 0, 1, 1],
      ["12", "13"],
    ]);
  });

  test("is done with nothing whose invocation the end of the mapping cut short", async () => {
    const fn = fakeFunction(() => {
      opened.stop.abort();
      throw new RangeError("no");
    });
    const opened = open(fn, scriptedReader([page("1")]));
    await opened.poller.run();
    expect([fn.events.length, opened.done]).toEqual([1, []]);
  });

  test("holds back what lies behind a failed batch until that has succeeded", async () => {
    let failures = 2;
    const fn = fakeFunction(() => {
      if (failures-- > 0) throw new RangeError("no");
    });
    const { poller } = open(fn, scriptedReader([page("a", "b"), page("c")]), { batchSize: 1 });
    await poller.run();
    expect(fn.events.flatMap(textsOf)).toEqual(["a", "a", "a", "b", "c"]);
  });

  test("has one invocation in flight, final ones included", async () => {
    let [running, most] = [0, 0];
    const invoke = async (): Promise<string> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return JSON.stringify({ state: {} });
    };
    const pages = [page("a", "b"), [polledRecord("c", 1_000), polledRecord("d", 2_000)]];
    const { poller } = open({ invoke }, scriptedReader(pages), { ...windowed, batchSize: 1 });
    await poller.run();
    expect(most).toBe(1);
  });

  test("gathers records for the batching window, counted from the first of them", async () => {
    const due: number[] = [];
    const fn = fakeFunction(() => due.push(clock.nowMs()));
    const reader = scriptedReader([[], page("a"), page("b"), [], page("c"), [], page("d")]);
    const { poller, clock } = open(fn, reader, { maximumBatchingWindowMs: durationMs(350) });
    await poller.run();
    expect(fn.events.map(textsOf)).toEqual([["a", "b", "c"], ["d"]]);
    expect(due[0]).toBe(100 + 350);
  });

  test("leaves room for the state in an event", async () => {
    const bytes: number[] = [];
    const invoke = async (event: string): Promise<string> => {
      bytes.push(event.length);
      return JSON.stringify({ state: "x".repeat(900_000) });
    };
    const data = "x".repeat(1_390_000);
    const large = Array.from({ length: 8 }, (_, index) => ({ ...polledRecord(String(index)), data }));
    const { poller } = open({ invoke }, scriptedReader([large]), windowed);
    await poller.run();
    const records = bytes.map((size) => Math.floor(size / data.length));
    expect(records).toEqual([4, 3, 1, 0]);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(6 * 1_048_576);
  });

  test("suspends the shard until the final invocation succeeds", async () => {
    let failures = 3;
    const fn = fakeFunction(({ isFinalInvokeForWindow }) => {
      if (isFinalInvokeForWindow === true && failures-- > 0) throw new RangeError("no");
      return { state: {} };
    });
    const pages = [[polledRecord("a", 0), polledRecord("b", 1_000)]];
    const { poller } = open(fn, scriptedReader(pages), { ...windowed, maximumRetryAttempts: 0 });
    await poller.run();
    const seen = fn.events.map((event) => (event.isFinalInvokeForWindow === true ? "final" : textsOf(event).join("")));
    expect(seen).toEqual(["a", "final", "final", "final", "final", "b", "final"]);
  });

  test("ends an idle shard's window only when it has waited behind the window's end", async () => {
    const fn = fakeFunction((event) => {
      if (event.isFinalInvokeForWindow === true) stop.abort();
      return { state: {} };
    });
    const { poller, clock, stop } = open(fn, scriptedReader([page("a")], false), windowed);
    await poller.run();
    expect(fn.events.map(({ isFinalInvokeForWindow }) => isFinalInvokeForWindow)).toEqual([false, true]);
    expect(clock.nowMs()).toBe(1_000 + 500);
  });

  test("takes what comes while it waits into the window, by its arrival time", async () => {
    const idle = Array.from({ length: 12 }, () => []);
    const fn = countingFunction();
    const reader = scriptedReader([page("a"), ...idle, [polledRecord("b", 999)]]);
    const { poller } = open(fn, reader, windowed);
    await poller.run();
    expect(fn.events.map(({ state }) => state?.count ?? 0)).toEqual([0, 1, 2]);
  });

  test("closes the window of a shard that ends, and then only is finished", async () => {
    const fn = countingFunction();
    const { poller } = open(fn, scriptedReader([page("a", "b")]), windowed);
    await poller.run();
    expect(
      fn.events.map(({ isFinalInvokeForWindow, isWindowTerminatedEarly, state }) => [
        isFinalInvokeForWindow,
        isWindowTerminatedEarly,
        state?.count ?? 0,
      ]),
    ).toEqual([
      [false, false, 0],
      [true, false, 2],
    ]);
    expect(poller.isFinished).toBe(true);
  });
});
