import fc from "fast-check";
import { expect, test } from "vitest";
import { readDecimal, type Decimal } from "#core/decimal.ts";
import { encodeFrame } from "#core/frame/encode.ts";
import type { Rejected } from "#core/trade.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { utf8Bytes } from "#core/utf8.ts";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";
import { aggregateOf } from "#test/arbitraries/aggregate.ts";
import { NumberedSender } from "./numbered-sender.ts";
import { Cut, NOW, openPipeline, RULES, type Pipeline } from "#test/redrive-pipeline.ts";
import { redriveRejected, type RejectedOutcome, type RejectedWork } from "./redrive-rejected.ts";

const SYMBOLS = ["A", "B", "C"];
const DAYS = ["2023-11-14", "2023-11-15"];

let runs = 0;

const redrive = async (pipeline: Pipeline): Promise<readonly RejectedOutcome[]> => {
  const { clock, leases, checkpoints, rejectedOnce: rejected, put: send } = pipeline;
  // Whoever was cut short holds the lease until its time is over.
  await clock.advance(60_000);
  const [holder, producer] = [`run-${runs++}`, "0".repeat(31) + String(runs % 10)];
  const sender = await NumberedSender.open<RejectedWork>({ leases, clock, name: "redrive", holder, producer, send });
  const known = await checkpoints.list("ticks");
  const lists = known.flatMap(({ shard }) => DAYS.map((day) => rejected.list("ticks", shard, day)));
  const deps = { sender, rejected, clock, stream: "ticks", checkpoints: known, clockSkewMs: RULES.clockSkewMs };
  const outcomes: RejectedOutcome[] = [];
  for await (const outcome of redriveRejected(deps, (await Promise.all(lists)).flat())) outcomes.push(outcome);
  await sender.close();
  return outcomes;
};

const line = ({ time, ...trade }: OracleTrade): string => JSON.stringify({ ...trade, eventTimeMs: time });

const decimal = (text: string): Decimal => readDecimal(text) as Decimal;

const frame = (trades: readonly OracleTrade[], number: number): Uint8Array =>
  encodeFrame({
    producer: "aa",
    number,
    ingestTimeMs: NOW,
    trades: trades.map(({ symbol, price, size, time, sequence }) => ({
      symbol,
      price: decimal(price),
      size: decimal(size),
      eventTimeMs: epochMs(time),
      sequence,
      venue: "P",
    })),
  });

interface Written {
  readonly format: "json" | "frame" | "aggregate" | "unread";
  /** The shard, by its position. */
  readonly at: number;
  readonly trades: readonly { readonly trade: OracleTrade; readonly isSound: boolean }[];
}

const HOURS_AHEAD = [0, 0, 1, 5, 50];

const written: fc.Arbitrary<Written> = fc.record({
  format: fc.constantFrom("json", "frame", "aggregate", "unread"),
  at: fc.nat(1),
  trades: fc
    .tuple(
      fc.array(
        fc.record({
          isSound: fc.boolean(),
          trade: fc.record({
            symbol: fc.constantFrom(...SYMBOLS),
            price: fc.constantFrom("1", "2.5", "0.00000001"),
            size: fc.constantFrom("1", "100"),
            time: fc.constantFrom(...HOURS_AHEAD).map((hours) => NOW - 1_000 + hours * 3_600_000),
            sequence: fc.nat(9),
          }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      fc.constantFrom(1, 1, 1, 40),
    )
    .map(([trades, times]) => Array.from({ length: times }, () => trades).flat()),
});

/** The trades as user records: one by one, several lines, and a frame whose version nobody reads among them. */
const userRecords = (trades: Written["trades"], number: number): readonly Uint8Array[] => {
  const lines = trades.map(({ trade, isSound }) => utf8Bytes(isSound ? line(trade) : line({ ...trade, price: "-1" })));
  const [first = [], second = []] = [trades.slice(0, 2), trades.slice(2, 4)].map((some) =>
    some.filter(({ isSound }) => isSound).map(({ trade }) => trade),
  );
  const parts = [utf8Bytes(first.map(line).join("\n") || "[]"), Uint8Array.of(8, 2), frame(second, number)];
  return [...parts, ...lines.slice(4)];
};

/** Puts a record; one that is "unread" was refused whole by an earlier version that could not read it. */
const write = async ({ stream }: Pipeline, { format, at, trades }: Written, number: number) => {
  const shard = stream.openShards()[at]!;
  if (format === "frame")
    return void stream.append(
      shard,
      frame(
        trades.filter(({ isSound }) => isSound).map(({ trade }) => trade),
        number,
      ),
    );
  if (format === "aggregate") return void stream.append(shard, aggregateOf(userRecords(trades, number)));
  const text = trades.map(({ trade, isSound }) => (isSound ? line(trade) : line({ ...trade, price: "-1" }))).join("\n");
  if (format === "json") return void stream.append(shard, utf8Bytes(text));
  const record = stream.append(shard, utf8Bytes("\u0000unknown"));
  const origin = { stream: "ticks", shard, sequenceNumber: record.sequenceNumber, arrivalTimeMs: record.arrivalTimeMs };
  return { ...origin, count: 1, faults: [{ index: -1, reason: "unknown-shape" as const }], bytes: utf8Bytes(text) };
};

test(
  "each refused trade is folded once as soon as it can be true, however often a redrive is cut short",
  { timeout: 60_000 },
  async () => {
    const cuts = fc.array(fc.nat(24), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(written, { minLength: 1, maxLength: 8 }),
        cuts,
        cuts,
        async (records, first, second) => {
          const pipeline = openPipeline();
          const unread: Rejected[] = [];
          for (const [number, record] of records.entries()) {
            const row = await write(pipeline, record, number);
            if (row) unread.push(row);
          }
          await pipeline.fold();
          await pipeline.rejected.put(unread);
          for (const [hours, effects] of [
            [2, first],
            [10, second],
          ] as const) {
            await pipeline.clock.advance(hours * 3_600_000);
            for (const effect of effects) {
              pipeline.cutAfter(effect);
              await redrive(pipeline).catch((error: unknown) => expect(error).toBeInstanceOf(Cut));
              await pipeline.clock.advance(3.4 * 3_600_000);
            }
            pipeline.cutAfter(Number.POSITIVE_INFINITY);
            await redrive(pipeline);
            const again = await redrive(pipeline);
            expect(again.filter(({ kind }) => kind !== "nothing")).toEqual([]);
            await pipeline.fold();
            const nowMs = pipeline.clock.nowMs();
            const all = records.flatMap(({ trades }) => trades).filter(({ isSound }) => isSound);
            const possible = all.map(({ trade }) => trade).filter(({ time }) => time <= nowMs);
            expect(await pipeline.rows(SYMBOLS)).toEqual(oracleRows(possible, ["1m"]));
          }
        },
      ),
      { numRuns: Number(process.env["REDRIVE_RUNS"] ?? 150) },
    );
  },
);

const future = (hours: number, sequence = 1): OracleTrade => ({
  symbol: "A",
  price: "1",
  size: "1",
  time: NOW + hours * 3_600_000,
  sequence,
});

test("says of each record what was put and what is still no trade, and puts nothing twice", async () => {
  const pipeline = openPipeline(1);
  const [shard] = pipeline.stream.openShards() as [string];
  pipeline.stream.append(shard, utf8Bytes(`${line(future(1))}\n${line({ ...future(0), price: "-1" })}`));
  pipeline.stream.append(shard, utf8Bytes("\u0000junk"));
  await pipeline.fold();
  const nothing = (await redrive(pipeline)).map(({ kind }) => kind);
  await pipeline.clock.advance(durationMs(2 * 3_600_000));
  const [first, second] = await redrive(pipeline);
  expect(nothing).toEqual(["nothing", "nothing"]);
  expect(first).toMatchObject({ kind: "put", tradeCount: 1, faults: [{ index: 1, reason: "not-positive" }] });
  expect(second).toMatchObject({ kind: "nothing", faults: [{ index: -1, reason: "unknown-shape" }] });
  expect((await redrive(pipeline)).map(({ kind }) => kind)).toEqual(["nothing", "nothing"]);
  expect(pipeline.stream.records(shard)).toHaveLength(3);
});

test("leaves alone what the aggregator may read again, and what cannot be told any more", async () => {
  const pipeline = openPipeline(1);
  const [shard] = pipeline.stream.openShards() as [string];
  await pipeline.fold();
  const many = pipeline.stream.append(
    shard,
    utf8Bytes(Array.from({ length: 150 }, (_, i) => line(future(1, i))).join("\n")),
  );
  await pipeline.fold();
  const [row] = await pipeline.rejected.list("ticks", shard, DAYS[0]!);
  const late = pipeline.stream.append(shard, utf8Bytes("\u0000"));
  await pipeline.rejected.put([
    { ...row!, count: 149 },
    { ...row!, sequenceNumber: late.sequenceNumber },
  ]);
  await pipeline.clock.advance(2 * 3_600_000);
  const [unclear, unsettled] = await redrive(pipeline);
  expect(unclear).toMatchObject({ kind: "failed", row: { sequenceNumber: many.sequenceNumber } });
  expect((unclear as { problem: string }).problem).toMatch(/^149 of its trades were refused, .* refuses 150: /);
  expect((unsettled as { problem: string }).problem).toMatch(/may read it again: try again later$/);
  expect(pipeline.stream.records(shard)).toHaveLength(2);
});

test("leaves an aggregate alone of which a user record is no longer set aside as a whole", async () => {
  const pipeline = openPipeline(1);
  const [shard] = pipeline.stream.openShards() as [string];
  const bytes = aggregateOf([frame([future(0), future(0)], 7), utf8Bytes(line(future(1)))]);
  const { sequenceNumber, arrivalTimeMs } = pipeline.stream.append(shard, utf8Bytes("\u0000"));
  await pipeline.fold();
  const origin = { stream: "ticks", shard, sequenceNumber, arrivalTimeMs };
  const faults = [
    { index: 0, reason: "unsupported-version" as const },
    { index: 1, reason: "future" as const },
  ];
  await pipeline.rejected.put([{ ...origin, count: 2, faults, bytes }]);
  await pipeline.clock.advance(2 * 3_600_000);
  expect(await redrive(pipeline)).toMatchObject([{ kind: "failed" }]);
  expect(pipeline.stream.records(shard)).toHaveLength(1);
});

test("a frame that was refused whole and came twice is put once", async () => {
  const pipeline = openPipeline(1);
  const [shard] = pipeline.stream.openShards() as [string];
  const rows = [0, 1].map(() => pipeline.stream.append(shard, utf8Bytes("\u0000"))).map((record) => ({ ...record }));
  await pipeline.fold();
  const bytes = frame([future(0)], 7);
  await pipeline.rejected.put(
    rows.map(({ sequenceNumber, arrivalTimeMs }) => ({
      stream: "ticks",
      shard,
      sequenceNumber,
      arrivalTimeMs,
      count: 1,
      faults: [{ index: -1, reason: "unsupported-version" }],
      bytes,
    })),
  );
  expect((await redrive(pipeline)).map(({ kind }) => kind)).toEqual(["put", "copy"]);
  await pipeline.fold();
  expect(await pipeline.rows(SYMBOLS)).toEqual(oracleRows([future(0)], ["1m"]));
});

test("two redrives never run at once", async () => {
  const { clock, leases, put: send } = openPipeline();
  const options = { leases, clock, name: "redrive", producer: "00", send };
  await NumberedSender.open({ ...options, holder: "one" });
  await expect(NumberedSender.open({ ...options, holder: "other" })).rejects.toMatchObject({
    code: "TAPE_LEASE_LOST",
    message: "a redrive must run alone, another holds redrive until 2023-11-14T22:14:20.000Z",
  });
});
