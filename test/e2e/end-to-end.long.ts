import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Register } from "#core/protocol/register.ts";
import { SUBPROTOCOL } from "#core/protocol/subprotocol.ts";
import { durationMs } from "#core/units.ts";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";
import { askTicket, outcomeOf, tryConnect } from "../entrance.ts";
import { openClient } from "./client.ts";
import { Pipeline } from "./pipeline.ts";
import { openTarget, type Target } from "./target.ts";

const MINUTE = durationMs(60_000);
/** What a target runs this without, as `cli/e2e.ts` says by name. */
const LACKING = new Set((process.env["E2E_LACKS"] ?? "").split(",").filter((part) => part !== ""));
/** No other run has these symbols. */
const RUN = Date.now().toString(36).toUpperCase();
const TEST = { timeout: 240_000 };

let target: Target;
let pipeline: Pipeline;

beforeAll(async () => {
  target = await openTarget();
  pipeline = new Pipeline(target);
}, 120_000);

afterAll(() => target?.[Symbol.asyncDispose]());

const patient = () => ({ timeout: target.patienceMs, interval: 250 });

const subscribe = (symbols: readonly string[]) =>
  ({ action: "subscribe", symbols, intervalMs: MINUTE, bars: 30 }) as const;

/** `count` trades a second apart, of which the last is `agoMs` old. */
const tradesOf = (symbol: string, count: number, agoMs: number): readonly OracleTrade[] =>
  Array.from({ length: count }, (_, i) => ({
    symbol,
    price: (100 + ((i * 7) % 11) / 4).toFixed(2),
    size: String((i % 9) + 1),
    time: Date.now() - agoMs - (count - 1 - i) * 1_000,
    sequence: i + 1,
  }));

const becomesStored = (symbol: string, trades: readonly OracleTrade[]): Promise<void> =>
  expect.poll(() => pipeline.rows(symbol, MINUTE), patient()).toEqual(oracleRows(trades, ["1m"]));

describe("the deployed app", () => {
  test.runIf(!LACKING.has("schedules"))(
    "fetches trades by its schedule, the same bars in the store and at a client",
    TEST,
    async () => {
      await using client = await openClient(target.entrance, subscribe(["IBM", "SPY"]));
      for (const symbol of ["IBM", "SPY"]) {
        const both = async () => [await pipeline.rows(symbol, MINUTE), client.rows(symbol, MINUTE)] as const;
        await expect.poll(async () => (await both())[0].length, patient()).toBeGreaterThan(0);
        await expect.poll(async () => isDeepStrictEqual(...(await both())), patient()).toBe(true);
      }
    },
  );

  test("lets in who shows a ticket, once, and nobody else", TEST, async () => {
    const { entrance } = target;
    const connect = (...protocols: readonly string[]) => outcomeOf(tryConnect(entrance, protocols));
    expect(await connect()).toBe(401);
    expect(await connect(SUBPROTOCOL)).toBe(403);
    const { ticket = "" } = await askTicket(entrance);
    const forged = ticket.replace(/^ticket\../, (front) => (front === "ticket.A" ? "ticket.B" : "ticket.A"));
    expect(await connect(SUBPROTOCOL, forged)).toBe(403);
    expect(await connect(SUBPROTOCOL, ticket)).toBe("open");
    expect(await connect(SUBPROTOCOL, ticket)).toBe(403);
  });

  test("hands out no ticket to a page of somebody else", TEST, async () => {
    const page = { origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" };
    expect(await askTicket(target.entrance, page)).toEqual({
      statusCode: 403,
      ticket: undefined,
      code: "origin-refused",
    });
  });

  test("folds frames into the oracle's bars, for a snapshot and for updates", TEST, async () => {
    const symbol = `A${RUN}`;
    const trades = tradesOf(symbol, 180, 2_000);
    await pipeline.putFrames(trades.slice(0, 90));
    await becomesStored(symbol, trades.slice(0, 90));
    await using client = await openClient(target.entrance, subscribe([symbol]));
    expect(client.rows(symbol, MINUTE)).toEqual(oracleRows(trades.slice(0, 90), ["1m"]));
    await pipeline.putFrames(trades.slice(90));
    await becomesStored(symbol, trades);
    await expect.poll(() => client.rows(symbol, MINUTE), patient()).toEqual(oracleRows(trades, ["1m"]));
    expect(client.messages.map(({ type }) => type)).toContain("update");
  });

  test("corrects a bar when a trade comes late, in the store and at a client", TEST, async () => {
    const symbol = `L${RUN}`;
    const trades = tradesOf(symbol, 120, 2_000);
    await pipeline.putFrames(trades);
    await becomesStored(symbol, trades);
    await using client = await openClient(target.entrance, subscribe([symbol]));
    const late = { ...trades[0]!, price: "0.5", sequence: 1_000 };
    await pipeline.putFrames([late]);
    await becomesStored(symbol, [...trades, late]);
    await expect.poll(() => client.rows(symbol, MINUTE), patient()).toEqual(oracleRows([...trades, late], ["1m"]));
    expect(client.isCorrected(symbol, MINUTE)).toBe(true);
  });

  test("sets aside what is no trade, with its bytes and the reason", TEST, async () => {
    const bytes = `no trade at all ${RUN}`;
    const shardId = await pipeline.putBytes(bytes);
    const kept = async () =>
      (await pipeline.rejected(shardId)).find((record) => Buffer.from(record.bytes).toString("latin1") === bytes)
        ?.faults;
    await expect.poll(kept, patient()).toEqual([{ index: -1, reason: "unknown-shape" }]);
  });

  test("gives a client that comes back what it missed", TEST, async () => {
    const symbol = `R${RUN}`;
    const trades = tradesOf(symbol, 120, 2_000);
    await pipeline.putFrames(trades.slice(0, 60));
    await becomesStored(symbol, trades.slice(0, 60));
    const known = new Register();
    const first = await openClient(target.entrance, subscribe([symbol]), known);
    const snapshot = first.messages.find((message) => message.type === "snapshot")!;
    await first[Symbol.asyncDispose]();
    await pipeline.putFrames(trades.slice(60));
    await becomesStored(symbol, trades);
    const { fromMs, upTo } = snapshot;
    const resume = { ...subscribe([symbol]), action: "resume", since: { fromMs, upTo } } as const;
    await using second = await openClient(target.entrance, resume, known);
    await expect.poll(() => second.rows(symbol, MINUTE), patient()).toEqual(oracleRows(trades, ["1m"]));
    expect(second.messages.find((message) => message.type === "snapshot")?.isRest).toBe(true);
  });
});
