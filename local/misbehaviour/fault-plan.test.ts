import { expect, test } from "vitest";
import { eventLog } from "../fixtures/mapping.ts";
import { FAULT_KINDS } from "./fault-kind.ts";
import { planFaults } from "./fault-plan.ts";
import { FaultQueue } from "./fault-queue.ts";

test("a plan holds each fault as often as asked for, placed within the records, the same for the same seed", () => {
  const counts = Object.fromEntries(FAULT_KINDS.map((kind, i) => [kind, i % 3]));
  const { faults } = planFaults({ seed: 7, counts, records: 50 });
  for (const [kind, count] of Object.entries(counts))
    expect(faults.filter((fault) => fault.kind === kind)).toHaveLength(count);
  expect(faults.every(({ atRecord }) => atRecord >= 1 && atRecord <= 50)).toBe(true);
  expect(faults.map(({ atRecord }) => atRecord)).toEqual(
    faults.map(({ atRecord }) => atRecord).toSorted((a, b) => a - b),
  );
  expect(planFaults({ seed: 7, counts, records: 50 })).toEqual({ faults });
  expect(planFaults({ seed: 8, counts, records: 50 })).not.toEqual({ faults });
});

test("a fault waits for its record and its occasion, and stays pending until it has happened", () => {
  const { events, emit } = eventLog();
  const [kill, split] = [
    { kind: "kill", atRecord: 3, seed: 1 },
    { kind: "split-shard", atRecord: 1, seed: 2 },
  ] as const;
  const queue = new FaultQueue({ faults: [kill, split] }, emit);
  expect(queue.take(2, (kind) => kind === "kill")).toBeUndefined();
  expect(queue.take(3, (kind) => kind === "kill")).toBe(kill);
  expect(queue.take(3, () => true)).toBe(split);
  expect(queue.take(3, () => true)).toBeUndefined();
  queue.postpone(split);
  queue.injected(kill);
  expect(queue.pending).toEqual([split]);
  expect(events).toEqual([{ kind: "fault-injected", fault: "kill", atRecord: 3 }]);
});
