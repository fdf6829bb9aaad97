import { setTimeout as delay } from "node:timers/promises";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { decimalText } from "#core/decimal.ts";
import { intervalText, storedIntervalFor, windowStart } from "#core/interval.ts";
import { CLIENT_LIMITS } from "#core/protocol/client-message.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import { MAX_SNAPSHOT_WINDOWS } from "#lambdas/ws-broadcast/snapshot.ts";
import type { LocalCloud } from "#local/cloud.ts";
import { oracleRows } from "#oracle/oracle.ts";
import type { HeadlessClient } from "./client.ts";
import { compareRows, intervalOf, startOf } from "./compare.ts";
import type { ChaosOutcome } from "./outcome.ts";
import type { Producers } from "./producers.ts";
import type { Score } from "./score.ts";
import type { ChaosStore } from "./store.ts";
import type { Burst, Traffic } from "./traffic.ts";

/** All that a run needs, open. */
export interface ChaosRun {
  readonly cloud: LocalCloud;
  readonly client: HeadlessClient;
  readonly producers: Producers;
  readonly store: ChaosStore;
  readonly traffic: Traffic;
  readonly symbols: readonly string[];
  readonly storedMs: readonly DurationMs[];
  readonly offeredMs: readonly DurationMs[];
  /** Undefined: as fast as it goes. */
  readonly paceMs: number | undefined;
  readonly score: Score;
  readonly signal: AbortSignal;
  /** What the run is called when it is to be repeated. */
  readonly again: string;
}

const PEEK_MS = 50;
/** Faults that wait for an occasion get so many bursts at a time. */
const BURSTS_A_ROUND = 4;

/** Sends everything, waits until all is settled, and compares what there is with what must be. */
export const runChaos = async (run: ChaosRun): Promise<ChaosOutcome> => {
  const startedAtMs = clock.nowMs();
  run.score.phase = "sends";
  await sendAll(run);
  run.score.phase = "settles";
  await run.cloud.settle();
  await sendMore(run);
  run.score.phase = "client comes back";
  // A socket that is on its way just now would not be lost, and none would follow it.
  const { sockets } = await run.client.whole(0);
  run.cloud.misbehaviour?.loseSockets();
  await run.client.whole(sockets);
  run.score.phase = "compares";
  return outcomeOf(run, startedAtMs);
};

/** Puts the bursts evenly over the time given, and has the fetcher send its files meanwhile. */
const sendAll = async ({ traffic, producers, paceMs, score, signal }: ChaosRun): Promise<void> => {
  const { bursts, files } = traffic;
  const startedAt = performance.now();
  let done = 0;
  const put = async (): Promise<void> => {
    for (const burst of bursts) {
      const waitMs = startedAt + ((paceMs ?? 0) * done) / bursts.length - performance.now();
      if (waitMs > 0) await delay(waitMs);
      signal.throwIfAborted();
      await producers.put(burst);
      score.bursts = ++done;
    }
  };
  const fetch = async (): Promise<void> => {
    for (const [index, file] of files.entries()) {
      while (done < (index / files.length) * bursts.length) {
        signal.throwIfAborted();
        await delay(PEEK_MS);
      }
      await producers.fetch(file);
    }
  };
  await Promise.all([put(), fetch()]);
};

/** Puts what is left: a little at a time while faults wait for an occasion, then all of it. */
const sendMore = async ({ traffic, producers, cloud, signal }: ChaosRun): Promise<void> => {
  const bursts = [...traffic.more.bursts];
  const files = [...traffic.more.files];
  const send = async (some: readonly Burst[], file: string | undefined): Promise<void> => {
    for (const burst of some) await producers.put(burst);
    if (file !== undefined) await producers.fetch(file);
    signal.throwIfAborted();
    await cloud.settle();
  };
  while (bursts.length > BURSTS_A_ROUND && (cloud.misbehaviour?.pending.length ?? 0) > 0)
    await send(bursts.splice(0, BURSTS_A_ROUND), files.length > 1 ? files.shift() : undefined);
  for (const file of files.splice(1)) await producers.fetch(file);
  await send(bursts, files[0]);
};

const outcomeOf = async (run: ChaosRun, startedAtMs: EpochMs): Promise<ChaosOutcome> => {
  const { traffic, store, producers, score, symbols, storedMs } = run;
  const { firstMs, lastMs } = spanOf(traffic.trades);
  const span = {
    startMs: epochMs(firstMs - Math.max(...storedMs)),
    endMs: epochMs(lastMs + Math.max(...storedMs)),
  };
  const expected = expectedRows(run);
  const storedTexts = new Set(storedMs.map(intervalText));
  const stored = await store.bars(symbols, span);
  const counts = await store.counts();
  const { disordered, datedBack } = traffic.counts;
  return {
    again: run.again,
    faults: score.faults(),
    trades: {
      sent: producers.sent,
      folded: counts.trades,
      duplicates: counts.duplicateTrades,
      late: counts.lateTrades,
      disordered,
      datedBack,
    },
    rejected: { put: score.injected("poison-record"), kept: await store.rejectedRecords(startedAtMs) },
    correctedBars: stored.corrected,
    store: compareRows(
      stored.rows,
      expected.filter((row) => storedTexts.has(intervalOf(row))),
    ),
    client: await clientOutcome(run, lastMs, expected),
    seconds: Math.round((clock.nowMs() - startedAtMs) / 100) / 10,
  };
};

/** The bars that the client must know, held against those it knows. */
const clientOutcome = async (
  run: ChaosRun,
  newestMs: EpochMs,
  expected: readonly string[],
): Promise<ChaosOutcome["client"]> => {
  const from = clientSpans(run, newestMs);
  const fromByText = new Map([...from].map(([intervalMs, fromMs]) => [intervalText(intervalMs), fromMs]));
  const isKnown = (row: string): boolean =>
    startOf(row) >= (fromByText.get(intervalOf(row)) ?? Number.POSITIVE_INFINITY);
  const compared = compareRows(await run.client.rows(from), expected.filter(isKnown));
  return { ...compared, sockets: (await run.client.status()).sockets };
};

const expectedRows = ({ traffic, storedMs, offeredMs }: ChaosRun): readonly string[] =>
  oracleRows(
    traffic.trades.map(({ symbol, price, size, eventTimeMs, sequence }) => ({
      symbol,
      price: decimalText(price),
      size: decimalText(size),
      time: eventTimeMs,
      sequence,
    })),
    [...storedMs, ...offeredMs].map(intervalText),
  );

/** From which start on a client that asked for all the bars it may must know every bar, by interval. */
const clientSpans = ({ symbols, storedMs, offeredMs }: ChaosRun, newestMs: EpochMs): ReadonlyMap<DurationMs, EpochMs> =>
  new Map(
    [...storedMs, ...offeredMs].map((intervalMs) => {
      const windowMs = storedIntervalFor(intervalMs, storedMs) ?? intervalMs;
      const named = Math.min(symbols.length, CLIENT_LIMITS.symbols);
      const most = Math.max(1, Math.floor((MAX_SNAPSHOT_WINDOWS * windowMs) / (named * intervalMs)));
      const bars = Math.min(CLIENT_LIMITS.bars, most);
      return [intervalMs, epochMs(windowStart(newestMs, intervalMs) - (bars - 1) * intervalMs)];
    }),
  );

const spanOf = (trades: readonly Trade[]): { readonly firstMs: EpochMs; readonly lastMs: EpochMs } => {
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { eventTimeMs } of trades) {
    firstMs = Math.min(firstMs, eventTimeMs);
    lastMs = Math.max(lastMs, eventTimeMs);
  }
  return { firstMs: epochMs(firstMs), lastMs: epochMs(lastMs) };
};
