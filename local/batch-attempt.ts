import { isObject, listOf, parseObject } from "./json.ts";

/** A batch on its way: `failures` are the tries that were spent on these very records. */
export interface BatchAttempt<Item> {
  readonly records: readonly Item[];
  readonly failures: number;
}

/** What came of one invocation with a batch. */
export type BatchOutcome =
  | { readonly kind: "succeeded" }
  /** `reason` says why, for people. */
  | { readonly kind: "failed"; readonly reason: string; readonly isFunctionError: boolean }
  /** The records before `index` are done, it and all behind it are to be tried again. */
  | { readonly kind: "partly-failed"; readonly index: number; readonly reason: string };

export interface RetryRules {
  readonly maximumRetryAttempts: number;
  readonly bisectBatchOnFunctionError: boolean;
}

export interface RetryVerdict<Item> {
  /** To be tried in this order, before anything behind them in the shard. */
  readonly retry: readonly BatchAttempt<Item>[];
  /** To be given up. */
  readonly discard: readonly Item[];
}

/**
 * What Lambda does with a batch after an invocation.
 *
 * Splitting spends no retry: a failed batch of several records is split in two, a partly failed one where it failed.
 * Every other failure spends one.
 *
 * Not documented, and here as is worse for the function: a split is in the middle; the retries that were spent on a batch
 * count for its halves and for what is left of it; a batch that reports its first record has nothing to split off there,
 * so it spends a retry, and with its last one the records behind the bad one are given up too.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html and
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export const afterOutcome = <Item>(
  { records, failures }: BatchAttempt<Item>,
  outcome: BatchOutcome,
  rules: RetryRules,
): RetryVerdict<Item> => {
  if (outcome.kind === "succeeded") return { retry: [], discard: [] };
  const from = outcome.kind === "partly-failed" ? outcome.index : 0;
  const rest = records.slice(from);
  if (rules.bisectBatchOnFunctionError) {
    if (from > 0) return { retry: [{ records: rest, failures }], discard: [] };
    if (outcome.kind === "failed" && records.length > 1) return { retry: halvesOf({ records, failures }), discard: [] };
  }
  const isExhausted = rules.maximumRetryAttempts >= 0 && failures + 1 > rules.maximumRetryAttempts;
  return isExhausted
    ? { retry: [], discard: rest }
    : { retry: [{ records: rest, failures: failures + 1 }], discard: [] };
};

/** The attempt with half of the records, then that with the other half. */
export const halvesOf = <Item>({ records, failures }: BatchAttempt<Item>): readonly BatchAttempt<Item>[] => {
  const middle = Math.ceil(records.length / 2);
  return [records.slice(0, middle), records.slice(middle)].map((half) => ({ records: half, failures }));
};

export interface BatchResponse {
  readonly outcome: BatchOutcome;
  /** The new state of the window as JSON text, undefined without a window and without success. */
  readonly stateText: string | undefined;
}

const failed = (reason: string): BatchResponse => ({
  outcome: { kind: "failed", reason, isFunctionError: false },
  stateText: undefined,
});

/**
 * Reads what a function returned for a batch, as JSON text.
 *
 * Under a window the response must hold `state`. The lowest sequence number among `batchItemFailures` is where the batch
 * failed; an empty, missing or unknown `itemIdentifier` fails it whole, also in a window's final invocation.
 *
 * Not documented, and here as is worse for the function: the state that comes with a failure is dropped, so what it held
 * of the records before the failed one is gone; a `batchItemFailures` that is no list reports nothing.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export const readBatchResponse = (
  text: string,
  records: readonly { readonly sequenceNumber: string }[],
  expected: { readonly isWindowed: boolean; readonly reportBatchItemFailures: boolean },
): BatchResponse => {
  const response = parseObject(text);
  const state = response?.["state"];
  if (expected.isWindowed && (state === undefined || state === null))
    return failed("a response under a tumbling window must hold state, held none");
  const stateText = expected.isWindowed ? JSON.stringify(state) : undefined;
  const failures = expected.reportBatchItemFailures ? listOf(response?.["batchItemFailures"]) : [];
  if (failures.length === 0) return { outcome: { kind: "succeeded" }, stateText };
  const indexes = failures.map((failure) => {
    const identifier = isObject(failure) ? failure["itemIdentifier"] : undefined;
    return records.findIndex(({ sequenceNumber }) => sequenceNumber === identifier);
  });
  const index = Math.min(...indexes);
  if (index < 0) return failed(`an itemIdentifier must be a sequence number of the batch, one was not`);
  return {
    outcome: { kind: "partly-failed", index, reason: `the function reports record ${index} as failed` },
    stateText: undefined,
  };
};
