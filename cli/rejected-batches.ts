import { openKinesisShardReader } from "#adapters/kinesis/shard-reader.ts";
import { readRetention } from "#adapters/kinesis/retention.ts";
import type { FailedBatch } from "#core/ports/failed-batch-store.ts";
import type { JudgeFacts } from "#core/redrive/judge.ts";
import {
  judgeBatches,
  redriveFailed,
  type FailedOutcome,
  type FailedWork,
  type JudgeDeps,
  type JudgedBatch,
} from "#core/redrive/redrive-failed.ts";
import { countOf, number, say } from "./output.ts";
import type { Place } from "./rejected-place.ts";
import type { Wanted } from "./rejected-records.ts";

/** Prints the failed batches that wait, and what became of their records. Returns the exit code. */
export const listFailed = async (
  place: Place,
  { isJson, limit }: Pick<Wanted, "isJson" | "limit">,
): Promise<number> => {
  const { batches, ...deps } = await judgeDepsOf(place);
  const totals = { folded: 0, waiting: 0, lost: 0 };
  let [count, unreadable] = [0, 0];
  for await (const judged of judgeBatches({ batches, ...deps }, await batches.list("waiting"))) {
    count++;
    if ("problem" in judged) unreadable++;
    else for (const verdict of judged.verdicts) totals[verdict]++;
    if (count <= limit) say(isJson ? JSON.stringify(judgedJson(judged)) : `${judged.key}  ${judgedText(judged)}`);
  }
  const done = (await batches.list("done")).length;
  if (isJson) say(JSON.stringify({ batches: count, unreadable, done, records: totals }));
  else {
    if (count > limit) say(`… and ${number(count - limit)} more`);
    say(`failed batches: ${number(count)} waiting, ${number(done)} done; records: ${totalsText(totals)}`);
  }
  return 0;
};

/** Puts again what is lost, and says of each batch what came of it. Returns the exit code. */
export const redriveFailedBatches = async (
  place: Place,
  { isJson, limit }: Pick<Wanted, "isJson" | "limit">,
): Promise<number> => {
  const { rejected, clockSkewMs } = place;
  await using sender = await place.openSender<FailedWork>("failed");
  const deps = { ...(await judgeDepsOf(place)), sender, rejected, clockSkewMs };
  let [count, records, trades, waiting, failures] = [0, 0, 0, 0, 0];
  for await (const outcome of redriveFailed(deps)) {
    if (outcome.kind === "done") [records, trades] = [records + outcome.put, trades + outcome.trades];
    if (outcome.kind === "waiting") waiting++;
    if (outcome.kind === "failed") failures++;
    if (count++ < limit || outcome.kind === "failed")
      say(isJson ? JSON.stringify(outcomeJson(outcome)) : outcomeText(outcome));
  }
  if (isJson) say(JSON.stringify({ batches: count, recordsPut: records, tradesPut: trades, waiting, failures }));
  else say(`put ${countOf(trades, "trade")} of ${countOf(records, "lost record")} again`);
  if (failures > 0)
    process.stderr.write(`not all failed batches could be judged, ${number(failures)} could not: see above\n`);
  return failures > 0 ? 1 : 0;
};

const judgeDepsOf = async (place: Place): Promise<JudgeDeps> => {
  const { stream, batches, clock } = place;
  if (batches === undefined) throw new RangeError("a place must have a failure bucket, had none");
  const retentionMs = await readRetention({ stream });
  const checkpoints = await place.checkpoints.list(stream);
  const gaps = await place.gaps.list(stream);
  const facts: JudgeFacts = { checkpoints, gaps, nowMs: clock.nowMs(), retentionMs };
  await using shards = openKinesisShardReader({ stream });
  const now = await shards.name("");
  const known = [...checkpoints, ...gaps].map(({ shard }) => shard);
  return { batches, stream, facts, shardOf: (batch) => shardOf(batch, known, now) };
};

/**
 * The name of the batch's shard in the stream that was there when the batch arrived: a stream that is created again gives
 * its shards the ids of before. Shards are named after their stream's creation, in seconds to the base of 36.
 */
const shardOf = ({ shardId, records }: FailedBatch, known: readonly string[], now: string): string | undefined => {
  const arrivedMs = records[0]?.arrivalTimeMs ?? 0;
  const names = [...known.filter((name) => name.startsWith(`${shardId}@`)), `${shardId}${now}`];
  return [...new Set(names)].filter((name) => bornMs(name) <= arrivedMs).toSorted((a, b) => bornMs(b) - bornMs(a))[0];
};

const bornMs = (name: string): number => Number.parseInt(name.split("@")[1] ?? "", 36) * 1_000;

const countsOf = ({ verdicts }: JudgedBatch) => ({
  folded: verdicts.filter((verdict) => verdict === "folded").length,
  waiting: verdicts.filter((verdict) => verdict === "waiting").length,
  lost: verdicts.filter((verdict) => verdict === "lost").length,
});

const totalsText = ({ folded, waiting, lost }: ReturnType<typeof countsOf>): string =>
  `${number(folded)} folded, ${number(waiting)} to be read by the next batch, ${number(lost)} lost`;

type Judged = JudgedBatch | { readonly key: string; readonly problem: string };

const judgedText = (judged: Judged): string => {
  if ("problem" in judged) return judged.problem;
  if (judged.batch.records.length === 0) return "no records";
  if (judged.shard === undefined) return "of a stream or shard that nobody knows any more";
  return totalsText(countsOf(judged));
};

const judgedJson = (judged: Judged): unknown =>
  "problem" in judged ? judged : { key: judged.key, shard: judged.shard, ...countsOf(judged) };

const outcomeText = (outcome: FailedOutcome): string => {
  if (outcome.kind === "failed") return `${outcome.key}  not judged: ${outcome.problem}`;
  const { key } = outcome.judged;
  if (outcome.kind === "waiting") return `${key}  waits for the next batch: ${judgedText(outcome.judged)}`;
  const { put, trades, copies, rejected } = outcome;
  if (put + copies === 0) return `${key}  done: ${judgedText(outcome.judged)}`;
  const more = [
    ...(copies > 0 ? [`${countOf(copies, "record")} brought elsewhere`] : []),
    ...(rejected > 0 ? [`${countOf(rejected, "trade")} rejected`] : []),
  ].map((text) => `, ${text}`);
  return `${key}  done: put ${countOf(trades, "trade")} of ${countOf(put, "lost record")} again${more.join("")}`;
};

const outcomeJson = (outcome: FailedOutcome): unknown => {
  if (outcome.kind === "failed") return outcome;
  const { judged, ...rest } = outcome;
  return { key: judged.key, ...rest, ...countsOf(judged) };
};
