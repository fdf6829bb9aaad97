import { PipelineError } from "../errors.ts";
import { framesOf } from "../frame/framer.ts";
import type { FailedBatch, FailedBatchStore } from "../ports/failed-batch-store.ts";
import type { RejectedStore } from "../ports/rejected-store.ts";
import type { ShardRecord } from "../ports/shard-reader.ts";
import { SeenFrames } from "../seen.ts";
import { MAX_FAULTS, type Rejected } from "../trade.ts";
import { epochMs, type DurationMs } from "../units.ts";
import { leastTime, REDRIVE_FRAMING } from "./framing.ts";
import { readIndexed, type IndexedReading } from "./indexed-trades.ts";
import { verdictOf, type JudgeFacts, type Verdict } from "./judge.ts";
import type { NumberedSender } from "./numbered-sender.ts";

/** Lost records of one failed batch that are put again together. */
export interface FailedWork {
  readonly key: string;
  /** By their position in the batch. */
  readonly records: readonly number[];
}

/** A failed batch, and how many of its records are folded, waiting or lost. */
export interface JudgedBatch {
  readonly key: string;
  readonly batch: FailedBatch;
  /** Undefined when it is of a shard that nobody knows any more. */
  readonly shard: string | undefined;
  readonly verdicts: readonly Verdict[];
}

/** What came of a failed batch. */
export type FailedOutcome =
  | {
      readonly kind: "done";
      readonly judged: JudgedBatch;
      readonly put: number;
      readonly trades: number;
      /** Lost records that another copy of had been folded or put. */
      readonly copies: number;
      readonly rejected: number;
    }
  | { readonly kind: "waiting"; readonly judged: JudgedBatch }
  | { readonly kind: "failed"; readonly key: string; readonly problem: string };

export interface JudgeDeps {
  readonly batches: FailedBatchStore;
  /** The stream whose batches are meant. */
  readonly stream: string;
  readonly facts: JudgeFacts;
  /** The name of the shard that had this id when the stream took the batch; undefined when nobody knows. */
  readonly shardOf: (batch: FailedBatch) => string | undefined;
}

export interface RedriveFailedDeps extends JudgeDeps {
  readonly sender: NumberedSender<FailedWork>;
  readonly rejected: RejectedStore;
  /** What the aggregator allows. */
  readonly clockSkewMs: DurationMs;
}

/** Records sent together: so many announcements the fewer. */
const CHUNK_RECORDS = 100;

/**
 * The failed batches of the stream that wait, or are done, each with what became of its records; a text says why one
 * cannot be read.
 */
export const judgeBatches = async function* (
  deps: JudgeDeps,
  keys: readonly string[],
): AsyncGenerator<JudgedBatch | { readonly key: string; readonly problem: string }> {
  for (const key of keys) {
    const batch = await readBatch(deps.batches, key);
    if (typeof batch === "string") yield { key, problem: batch };
    else if (batch.stream === deps.stream) yield judge(deps, key, batch);
  }
};

const readBatch = async (batches: FailedBatchStore, key: string): Promise<FailedBatch | string> => {
  try {
    return await batches.read(key);
  } catch (error) {
    if (error instanceof PipelineError && error.code === "TAPE_FILE_UNREADABLE") return error.message;
    throw error;
  }
};

const judge = ({ shardOf, facts }: JudgeDeps, key: string, batch: FailedBatch): JudgedBatch => {
  const shard = batch.records.length === 0 ? undefined : shardOf(batch);
  const verdicts = shard === undefined ? [] : batch.records.map((record) => verdictOf(shard, record, facts));
  return { key, batch, shard, verdicts };
};

/**
 * Puts what is lost of failed batches into the stream again, each record exactly once though it stand in several batches,
 * and lets batches be done of which nothing waits. What can be no trade goes to the rejected, as if it had been folded.
 * What an earlier run did not end is ended first.
 */
export const redriveFailed = async function* (deps: RedriveFailedDeps): AsyncGenerator<FailedOutcome> {
  const { batches, sender, facts } = deps;
  const known = new KnownRecords(facts);
  for await (const done of judgeBatches(deps, await batches.list("done"))) {
    if ("problem" in done || done.shard === undefined) continue;
    for (const { reading, record } of lostOf(deps, done)) known.add(done.shard, record, reading);
  }
  const { unfinished } = sender;
  const waiting = await batches.list("waiting");
  const first = waiting.filter((key) => key === unfinished?.key);
  if (unfinished !== undefined && first.length === 0) await sender.settle();
  for (const key of [...first, ...waiting.filter((other) => other !== unfinished?.key)]) {
    for await (const judged of judgeBatches(deps, [key])) yield await redriveBatch(deps, judged, known);
  }
  await sender.settle();
};

interface LostRecord {
  readonly index: number;
  readonly record: ShardRecord;
  readonly reading: IndexedReading;
}

const lostOf = ({ clockSkewMs }: RedriveFailedDeps, { batch, verdicts }: JudgedBatch): readonly LostRecord[] =>
  batch.records.flatMap((record, index) => {
    if (verdicts[index] !== "lost") return [];
    const reading = readIndexed(record.data, epochMs(record.arrivalTimeMs + clockSkewMs));
    return [{ index, record, reading }];
  });

const redriveBatch = async (
  deps: RedriveFailedDeps,
  judged: JudgedBatch | { readonly key: string; readonly problem: string },
  known: KnownRecords,
): Promise<FailedOutcome> => {
  if ("problem" in judged) return { kind: "failed", ...judged };
  const { key, shard, verdicts, batch } = judged;
  if (shard === undefined && batch.records.length > 0)
    return { kind: "failed", key, problem: "it is of a stream or shard that nobody knows any more" };
  if (verdicts.includes("waiting")) return { kind: "waiting", judged };
  const lost = lostOf(deps, judged);
  const fresh = lost.filter(({ record, reading }) => known.add(shard!, record, reading));
  const { unfinished } = deps.sender;
  const begun = unfinished?.key === key ? unfinished.records : undefined;
  if (begun !== undefined) await put(deps, judged, lost, begun);
  const rest = fresh.filter(({ index }) => begun === undefined || index > begun.at(-1)!).map(({ index }) => index);
  for (let from = 0; from < rest.length; from += CHUNK_RECORDS)
    await put(deps, judged, lost, rest.slice(from, from + CHUNK_RECORDS));
  await deps.batches.finish(key);
  return {
    kind: "done",
    judged,
    put: fresh.length,
    trades: fresh.reduce((sum, { reading }) => sum + reading.tradeCount, 0),
    copies: lost.length - fresh.length,
    rejected: fresh.reduce((sum, { reading }) => sum + reading.faultCount, 0),
  };
};

/** Sends the trades of lost records, and keeps what is none as rejected. */
const put = async (
  deps: RedriveFailedDeps,
  judged: JudgedBatch,
  lost: readonly LostRecord[],
  indexes: readonly number[],
): Promise<void> => {
  const { sender, rejected, stream } = deps;
  const chosen = lost.filter(({ index }) => indexes.includes(index));
  const trades = chosen.flatMap(({ reading }) => reading.trades);
  const ingestTimeMs = chosen[0]!.record.arrivalTimeMs;
  await sender.send({ key: judged.key, records: indexes }, (producer, firstNumber) =>
    framesOf(
      trades.map(({ trade }) => trade),
      { ...REDRIVE_FRAMING, producer, firstNumber, ingestTimeMs, frontierMs: leastTime(trades) },
    ),
  );
  const rows = chosen
    .filter(({ reading }) => reading.faultCount > 0)
    .map(({ record: { sequenceNumber, arrivalTimeMs, data: bytes }, reading }): Rejected => ({
      stream,
      shard: judged.shard!,
      sequenceNumber,
      arrivalTimeMs,
      count: reading.faultCount,
      faults: reading.faults.slice(0, MAX_FAULTS),
      bytes,
    }));
  if (rows.length > 0) await rejected.put(rows);
};

/** Records and frames that were put again already, and frames that are folded: a producer's retry may have brought two. */
class KnownRecords {
  readonly #positions = new Set<string>();
  readonly #frames = new Set<string>();
  readonly #seen: readonly SeenFrames[];

  constructor({ checkpoints }: JudgeFacts) {
    this.#seen = checkpoints.map(({ seen }) => SeenFrames.from(seen));
  }

  /** Notes a record; returns whether it is new. */
  add(shard: string, { sequenceNumber }: ShardRecord, { producer, number }: IndexedReading): boolean {
    const position = `${shard} ${sequenceNumber}`;
    if (this.#positions.has(position)) return false;
    this.#positions.add(position);
    if (producer === undefined) return true;
    const frame = `${producer} ${number}`;
    if (this.#frames.has(frame)) return false;
    this.#frames.add(frame);
    return !this.#seen.some((seen) => seen.has(producer, number));
  }
}
