import fc from "fast-check";
import { expect, test } from "vitest";
import { createMemoryFailedBatchStore } from "#adapters/memory/failed-batch-store.ts";
import { readDecimal, type Decimal } from "#core/decimal.ts";
import { encodeFrame } from "#core/frame/encode.ts";
import type { FailedBatchStore } from "#core/ports/failed-batch-store.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import { epochMs } from "#core/units.ts";
import { utf8Bytes } from "#core/utf8.ts";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";
import { Cut, MINUTE, NOW, openPipeline, RETENTION, RULES, type Pipeline } from "#test/redrive-pipeline.ts";
import { NumberedSender } from "./numbered-sender.ts";
import { judgeBatches, redriveFailed, type FailedOutcome, type FailedWork } from "./redrive-failed.ts";

const HOUR = 3_600_000;

let runs = 0;

const factsOf = async ({ checkpoints, gaps, clock }: Pipeline) => ({
  checkpoints: await checkpoints.list("ticks"),
  gaps: await gaps.list("ticks"),
  nowMs: clock.nowMs(),
  retentionMs: RETENTION,
});

const redrive = async (pipeline: Pipeline, batches: FailedBatchStore): Promise<readonly FailedOutcome[]> => {
  const { clock, leases, put: send, effect } = pipeline;
  await clock.advance(MINUTE);
  const [holder, producer] = [`run-${runs++}`, "0".repeat(31) + String(runs % 10)];
  const sender = await NumberedSender.open<FailedWork>({ leases, clock, name: "redrive", holder, producer, send });
  const deps = {
    sender,
    batches: { ...batches, finish: (key: string) => effect(() => batches.finish(key)) },
    rejected: {
      ...pipeline.rejected,
      put: (...args: Parameters<typeof pipeline.rejected.put>) => effect(() => pipeline.rejected.put(...args)),
    },
    stream: "ticks",
    shardOf: ({ shardId }: { readonly shardId: string }) => shardId,
    facts: await factsOf(pipeline),
    clockSkewMs: RULES.clockSkewMs,
  };
  const outcomes: FailedOutcome[] = [];
  for await (const outcome of redriveFailed(deps)) outcomes.push(outcome);
  await sender.close();
  return outcomes;
};

const verdicts = async (pipeline: Pipeline, batches: FailedBatchStore): Promise<string[]> => {
  const deps = {
    batches,
    stream: "ticks",
    shardOf: () => pipeline.stream.openShards()[0],
    facts: await factsOf(pipeline),
  };
  const all: string[] = [];
  for await (const judged of judgeBatches(deps, await batches.list("waiting")))
    all.push("problem" in judged ? judged.problem : judged.verdicts.join(" "));
  return all;
};

const tradeAt = (sequence: number): OracleTrade => ({
  symbol: sequence % 2 === 0 ? "A" : "B",
  price: String(1 + (sequence % 3)),
  size: "1",
  time: NOW - sequence,
  sequence,
});

const json = ({ time, ...trade }: OracleTrade): string => JSON.stringify({ ...trade, eventTimeMs: time });

const frame = (number: number, { symbol, price, size, time, sequence }: OracleTrade): Uint8Array => {
  const trade = {
    symbol,
    price: readDecimal(price) as Decimal,
    size: readDecimal(size) as Decimal,
    eventTimeMs: epochMs(time),
    sequence,
  };
  return encodeFrame({ producer: "aa", number, ingestTimeMs: NOW, trades: [trade] });
};

/** What one producer, and others that bear no number, put into one shard, and when it was folded, given up or expired. */
interface Round {
  readonly records: readonly ("frame" | "retry" | "json" | "junk")[];
  readonly end: "fold" | "fail" | "fail twice" | "expire";
}

const round: fc.Arbitrary<Round> = fc.record({
  records: fc.array(fc.constantFrom("frame" as const, "retry" as const, "json" as const, "junk" as const), {
    minLength: 1,
    maxLength: 6,
  }),
  end: fc.constantFrom("fold" as const, "fail" as const, "fail twice" as const, "expire" as const),
});

const play = async (pipeline: Pipeline, rounds: readonly Round[], times: number) => {
  const { stream, clock } = pipeline;
  const batches = createMemoryFailedBatchStore();
  const [shard] = stream.openShards() as [string];
  const trades: OracleTrade[] = [];
  let [taken, frames, files] = [0, 0, 0];
  let latest: Uint8Array | undefined;
  const append = (kind: Round["records"][number]): void => {
    if (kind === "junk") return void stream.append(shard, utf8Bytes("\u0000"));
    if (kind === "retry" && latest !== undefined) return void stream.append(shard, latest);
    const trade = tradeAt(trades.length);
    trades.push(trade);
    if (kind === "json") return void stream.append(shard, utf8Bytes(`${json(trade)}\n{`));
    latest = frame(frames++, trade);
    stream.append(shard, latest);
  };
  const fail = (records: readonly ShardRecord[]): void =>
    void batches.batches.set(`aws/${String(100 + files++)}`, { stream: "ticks", shardId: shard, records });
  for (const { records, end } of rounds) {
    for (let i = 0; i < times; i++) for (const kind of records) append(kind);
    // A producer's retry comes soon, and so into the same batch.
    latest = undefined;
    const batch = stream.records(shard).slice(taken);
    if (end === "fold") await pipeline.fold();
    else fail(batch);
    if (end === "fail twice") fail(batch.slice(Math.floor(batch.length / 2)));
    taken += batch.length;
    if (end === "expire") {
      await clock.advance(RETENTION + 2 * HOUR);
      pipeline.expire(shard, batch.at(-1)!.sequenceNumber);
    }
  }
  return { batches, trades, shard };
};

test(
  "each record of a batch that was given up is folded once, healed or lost, however often a redrive is cut short",
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(round, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(1, 1, 1, 60),
        fc.array(fc.nat(30), { maxLength: 4 }),
        fc.boolean(),
        async (rounds, times, cuts, isHealedFirst) => {
          const pipeline = openPipeline(1);
          const { batches, trades } = await play(pipeline, rounds, times);
          if (isHealedFirst) await pipeline.fold();
          for (const effect of cuts) {
            pipeline.cutAfter(effect);
            await redrive(pipeline, batches).catch((error: unknown) => expect(error).toBeInstanceOf(Cut));
          }
          pipeline.cutAfter(Number.POSITIVE_INFINITY);
          await redrive(pipeline, batches);
          await pipeline.fold();
          // Whatever waited has been folded by now.
          await redrive(pipeline, batches);
          expect(await batches.list("waiting")).toEqual([]);
          expect(await redrive(pipeline, batches)).toEqual([]);
          await pipeline.fold();
          expect(await pipeline.rows(["A", "B"])).toEqual(oracleRows(trades, ["1m"]));
        },
      ),
      { numRuns: Number(process.env["REDRIVE_RUNS"] ?? 150) },
    );
  },
);

test("tells what was folded, what the next batch will read, and what is lost", async () => {
  const pipeline = openPipeline(1);
  const played = (end: Round["end"], records: Round["records"] = ["json"]) => ({ records, end });
  const { batches, shard } = await play(
    pipeline,
    [played("fail"), played("fold"), played("fail", ["json", "frame"])],
    1,
  );
  expect(await verdicts(pipeline, batches)).toEqual(["folded", "waiting waiting"]);
  await pipeline.clock.advance(RETENTION + HOUR / 2);
  expect(await verdicts(pipeline, batches)).toEqual(["folded", "waiting waiting"]);
  await pipeline.clock.advance(HOUR);
  expect(await verdicts(pipeline, batches)).toEqual(["folded", "lost lost"]);
  pipeline.expire(shard, pipeline.stream.records(shard).at(-1)!.sequenceNumber);
  pipeline.stream.append(shard, utf8Bytes("{}"));
  await pipeline.fold();
  expect(await verdicts(pipeline, batches)).toEqual(["folded", "lost lost"]);
  expect(await redrive(pipeline, batches)).toMatchObject([
    { kind: "done", put: 0 },
    { kind: "done", put: 2, trades: 2, rejected: 1, copies: 0 },
  ]);
});

test("says what it cannot read or place, and goes on", async () => {
  const pipeline = openPipeline(1);
  const batches = createMemoryFailedBatchStore();
  const records = [pipeline.stream.append(pipeline.stream.openShards()[0]!, utf8Bytes("{}"))];
  batches.batches.set("a", undefined as never);
  batches.batches.set("b", { stream: "bars", shardId: "0", records });
  batches.batches.set("c", { stream: "ticks", shardId: "", records });
  batches.batches.set("d", { stream: "ticks", shardId: "", records: [] });
  const outcomes = await redrive(pipeline, batches);
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(["failed", "waiting", "done"]);
  expect(outcomes[0]).toMatchObject({ problem: "a failed batch must be under a, was none" });
});
