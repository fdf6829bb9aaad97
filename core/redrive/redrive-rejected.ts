import { framesOf } from "../frame/framer.ts";
import type { Checkpoint } from "../ports/checkpoint-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { KeptRejected, RejectedStore } from "../ports/rejected-store.ts";
import { SeenFrames } from "../seen.ts";
import type { Fault } from "../trade.ts";
import { epochMs, readSequenceNumber, type DurationMs, type SequenceNumber } from "../units.ts";
import { leastTime, REDRIVE_FRAMING } from "./framing.ts";
import { indexesText, readIndexes } from "./index-text.ts";
import { readIndexed, type IndexedTrade } from "./indexed-trades.ts";
import type { NumberedSender } from "./numbered-sender.ts";
import { refusedTrades } from "./refused-trades.ts";

/** Trades of one rejected record that are put again together. */
export interface RejectedWork {
  readonly shard: string;
  /** The UTC day of its arrival. */
  readonly day: string;
  readonly sequenceNumber: SequenceNumber;
  /** See `indexesText`. */
  readonly indexes: string;
}

/** What came of a rejected record. */
export type RejectedOutcome =
  | { readonly kind: "put"; readonly row: KeptRejected; readonly tradeCount: number; readonly faults: readonly Fault[] }
  | { readonly kind: "nothing"; readonly row: KeptRejected; readonly faults: readonly Fault[] }
  | { readonly kind: "copy"; readonly row: KeptRejected; readonly tradeCount: number }
  | { readonly kind: "failed"; readonly row: KeptRejected; readonly problem: string };

export interface RedriveRejectedDeps {
  readonly sender: NumberedSender<RejectedWork>;
  readonly rejected: RejectedStore;
  readonly clock: Pick<Clock, "nowMs">;
  readonly stream: string;
  /** Of all shards of the stream. */
  readonly checkpoints: readonly Checkpoint[];
  /** What the aggregator allows. */
  readonly clockSkewMs: DurationMs;
}

/**
 * Puts the trades of rejected records into the stream again that can be true by now, one record after another, each
 * exactly once, and marks them. What an earlier run did not end is ended first.
 */
export const redriveRejected = async function* (
  deps: RedriveRejectedDeps,
  rows: Iterable<KeptRejected> | AsyncIterable<KeptRejected>,
): AsyncGenerator<RejectedOutcome> {
  const resumed = await resume(deps);
  if (resumed !== undefined) yield resumed;
  const copies = new Copies(deps.checkpoints);
  for await (const row of rows) {
    // It may have been listed before it was marked.
    const isResumed = resumed !== undefined && isSame(row, resumed.row);
    yield await redriveRow(deps, isResumed ? resumed.row : row, copies);
  }
  await deps.sender.settle();
};

/** Sends what was announced, and marks it. */
const resume = async (deps: RedriveRejectedDeps): Promise<RejectedOutcome | undefined> => {
  const { sender, rejected, stream } = deps;
  const work = sender.unfinished;
  if (work === undefined) return undefined;
  const position = readSequenceNumber(work.sequenceNumber);
  const rows = await rejected.list(stream, work.shard, work.day);
  const row = rows.find(({ sequenceNumber }) => sequenceNumber === position);
  if (row === undefined) {
    await sender.settle();
    return undefined;
  }
  const indexes = new Set(readIndexes(work.indexes));
  const { trades, faults } = readIndexed(row.bytes, epochMs(Number.MAX_SAFE_INTEGER));
  const marked = await put(
    deps,
    row,
    trades.filter(({ index }) => indexes.has(index)),
  );
  return { kind: "put", row: marked, tradeCount: indexes.size, faults };
};

const redriveRow = async (deps: RedriveRejectedDeps, row: KeptRejected, copies: Copies): Promise<RejectedOutcome> => {
  const checkpoint = deps.checkpoints.find(({ shard }) => shard === row.shard);
  if (checkpoint === undefined || row.sequenceNumber > checkpoint.last) {
    const problem = "the aggregator has not stored what stands around it yet, and may read it again: try again later";
    return { kind: "failed", row, problem };
  }
  const refused = refusedTrades(row, { nowMs: deps.clock.nowMs(), clockSkewMs: deps.clockSkewMs });
  if (refused.kind === "unclear") return { kind: "failed", row, problem: refused.problem };
  const { ready, faults, frame } = refused;
  const isCopy = frame !== undefined && copies.isCopy(frame, row);
  if (ready.length === 0) return { kind: "nothing", row, faults };
  if (isCopy) {
    await mark(deps, row, ready);
    return { kind: "copy", row, tradeCount: ready.length };
  }
  if (indexesText(ready.map(({ index }) => index)).length > MAX_INDEXES_TEXT)
    return { kind: "failed", row, problem: "its refused trades are too many and too scattered to be kept account of" };
  return { kind: "put", row: await put(deps, row, ready), tradeCount: ready.length, faults };
};

/** A mark and an announcement must fit an item of 400 KB. */
const MAX_INDEXES_TEXT = 150_000;

const put = async (
  deps: RedriveRejectedDeps,
  row: KeptRejected,
  trades: readonly IndexedTrade[],
): Promise<KeptRejected> => {
  const { shard, sequenceNumber, arrivalTimeMs } = row;
  const day = new Date(arrivalTimeMs).toISOString().slice(0, 10);
  const work = { shard, day, sequenceNumber, indexes: indexesText(trades.map(({ index }) => index)) };
  await deps.sender.send(work, (producer, firstNumber) =>
    framesOf(
      trades.map(({ trade }) => trade),
      { ...REDRIVE_FRAMING, producer, firstNumber, ingestTimeMs: arrivalTimeMs, frontierMs: leastTime(trades) },
    ),
  );
  return mark(deps, row, trades);
};

const mark = async (
  { rejected, clock }: RedriveRejectedDeps,
  row: KeptRejected,
  trades: readonly IndexedTrade[],
): Promise<KeptRejected> => {
  const known = row.redriven?.indexes ?? [];
  const indexes = [...new Set([...known, ...trades.map(({ index }) => index)])].toSorted((a, b) => a - b);
  const redriven = { indexes, atMs: clock.nowMs() };
  await rejected.markRedriven(row, redriven);
  return { ...row, redriven };
};

const isSame = (a: KeptRejected, b: KeptRejected): boolean =>
  a.shard === b.shard && a.sequenceNumber === b.sequenceNumber;

/**
 * Frames refused as a whole, of which a producer's retry may have brought a second one: refused like the first, or read
 * by a later version and folded.
 */
class Copies {
  readonly #firsts = new Map<string, string>();
  readonly #seen: readonly SeenFrames[];

  constructor(checkpoints: readonly Checkpoint[]) {
    this.#seen = checkpoints.map(({ seen }) => SeenFrames.from(seen));
  }

  /** Whether another record has brought this frame; `row` counts as the one that did when none has. */
  isCopy(frame: string, { shard, sequenceNumber }: KeptRejected): boolean {
    const mine = `${shard} ${sequenceNumber}`;
    const first = this.#firsts.get(frame) ?? mine;
    this.#firsts.set(frame, first);
    const [producer = "", number] = frame.split(" ");
    return first !== mine || this.#seen.some((seen) => seen.has(producer, Number(number)));
  }
}
