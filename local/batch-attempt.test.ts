import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { afterOutcome, readBatchResponse, type BatchAttempt, type BatchOutcome } from "./batch-attempt.ts";

const failure: BatchOutcome = { kind: "failed", reason: "", isFunctionError: true };
const attempt = (count: number, failures = 0): BatchAttempt<number> => ({
  records: Array.from({ length: count }, (_, index) => index),
  failures,
});

/** Plays a shard against a function that fails a batch, whole or in part, if it holds a poison record. */
const play = (count: number, poison: ReadonlySet<number>, reports: boolean, maximumRetryAttempts: number) => {
  const rules = { maximumRetryAttempts, bisectBatchOnFunctionError: true };
  const [delivered, discarded]: [number[], number[]] = [[], []];
  let queue: readonly BatchAttempt<number>[] = [attempt(count)];
  for (;;) {
    const [next, ...later] = queue;
    if (next === undefined) return { delivered, discarded };
    const index = next.records.findIndex((record) => poison.has(record));
    const partly: BatchOutcome = { kind: "partly-failed", index, reason: "" };
    const outcome: BatchOutcome = index < 0 ? { kind: "succeeded" } : reports ? partly : failure;
    if (outcome.kind === "succeeded") delivered.push(...next.records);
    if (outcome.kind === "partly-failed") delivered.push(...next.records.slice(0, index));
    const { retry, discard } = afterOutcome(next, outcome, rules);
    discarded.push(...discard);
    queue = [...retry, ...later];
  }
};

describe("a failed batch", () => {
  test("is tried again as often as it may be, then discarded", () => {
    const rules = { maximumRetryAttempts: 2, bisectBatchOnFunctionError: false };
    expect(afterOutcome(attempt(2, 1), failure, rules)).toEqual({ retry: [attempt(2, 2)], discard: [] });
    expect(afterOutcome(attempt(2, 2), failure, rules)).toEqual({ retry: [], discard: [0, 1] });
  });

  test("is tried for ever when the attempts are -1", () => {
    const rules = { maximumRetryAttempts: -1, bisectBatchOnFunctionError: false };
    expect(afterOutcome(attempt(1, 9_999), failure, rules)).toEqual({ retry: [attempt(1, 10_000)], discard: [] });
  });

  test("is tried again from the first failed record on, the later ones included", () => {
    const rules = { maximumRetryAttempts: 1, bisectBatchOnFunctionError: false };
    const partly: BatchOutcome = { kind: "partly-failed", index: 1, reason: "" };
    expect(afterOutcome(attempt(3), partly, rules)).toEqual({ retry: [{ records: [1, 2], failures: 1 }], discard: [] });
  });

  test("is split without spending a retry", () => {
    const rules = { maximumRetryAttempts: 0, bisectBatchOnFunctionError: true };
    expect(afterOutcome(attempt(3), failure, rules)).toEqual({
      retry: [
        { records: [0, 1], failures: 0 },
        { records: [2], failures: 0 },
      ],
      discard: [],
    });
  });

  test("is split at the record that it reports, and what is left spends no retry", () => {
    const rules = { maximumRetryAttempts: 0, bisectBatchOnFunctionError: true };
    const partly: BatchOutcome = { kind: "partly-failed", index: 1, reason: "" };
    expect(afterOutcome(attempt(4), partly, rules)).toEqual({
      retry: [{ records: [1, 2, 3], failures: 0 }],
      discard: [],
    });
  });

  test("is not split when it reports its first record, and spends a retry", () => {
    const rules = { maximumRetryAttempts: 1, bisectBatchOnFunctionError: true };
    const partly: BatchOutcome = { kind: "partly-failed", index: 0, reason: "" };
    expect(afterOutcome(attempt(2), partly, rules)).toEqual({ retry: [attempt(2, 1)], discard: [] });
    expect(afterOutcome(attempt(2, 1), partly, rules)).toEqual({ retry: [], discard: [0, 1] });
  });

  test("loses its poison records alone when it is bisected, and all from the first on when it reports that", () => {
    const shard = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      poison: fc.uniqueArray(fc.nat(39)),
      reports: fc.boolean(),
      attempts: fc.nat(3),
    });
    fc.assert(
      fc.property(shard, ({ count, poison, reports, attempts }) => {
        const isBad = (record: number): boolean =>
          reports ? poison.some((bad) => bad <= record) : poison.includes(record);
        const { delivered, discarded } = play(count, new Set(poison), reports, attempts);
        expect(discarded).toEqual(attempt(count).records.filter(isBad));
        expect(delivered).toEqual(attempt(count).records.filter((record) => !isBad(record)));
      }),
    );
  });
});

describe("a batch's response", () => {
  const records = ["11", "12", "13"].map((sequenceNumber) => ({ sequenceNumber }));
  const reporting = { isWindowed: false, reportBatchItemFailures: true };
  const kindOf = (response: unknown, expected = reporting): string =>
    readBatchResponse(JSON.stringify(response), records, expected).outcome.kind;

  test("without failures is a success, whatever it is", () => {
    for (const response of [null, "text", {}, { batchItemFailures: null }, { batchItemFailures: [] }])
      expect(kindOf(response)).toBe("succeeded");
  });

  test("fails from the lowest sequence number that it names", () => {
    const response = { batchItemFailures: [{ itemIdentifier: "13" }, { itemIdentifier: "12" }] };
    expect(readBatchResponse(JSON.stringify(response), records, reporting).outcome).toMatchObject({
      kind: "partly-failed",
      index: 1,
    });
    expect(kindOf(response, { isWindowed: false, reportBatchItemFailures: false })).toBe("succeeded");
  });

  test("fails whole for an identifier that is empty, unknown or missing", () => {
    for (const itemIdentifier of ["", "99", null])
      expect(kindOf({ batchItemFailures: [{ itemIdentifier: "12" }, { itemIdentifier }] })).toBe("failed");
    expect(kindOf({ batchItemFailures: [{ id: "12" }] })).toBe("failed");
  });

  test("must hold state under a window", () => {
    const windowed = { isWindowed: true, reportBatchItemFailures: true };
    for (const response of [null, "text", {}, { state: null }, { batchItemFailures: [] }])
      expect(kindOf(response, windowed)).toBe("failed");
    expect(readBatchResponse('{"state":{"n":1}}', records, windowed).stateText).toBe('{"n":1}');
  });
});
