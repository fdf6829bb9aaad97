import { type KafkaOptions } from "#adapters/kafka/topic.ts";
import type { CutFrame } from "#core/frame/framer.ts";
import type { Pane } from "#core/pane.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import { openAggregator } from "./aggregator.ts";
import { cpuRounds, ratiosOf, type Rounds } from "./cpu-rounds.ts";
import { figureOf, type Figure } from "./figure.ts";
import { runLife } from "./handler-lives.ts";
import { INTERVALS_MS, rowsOf } from "./kafka-market.ts";
import { foldInMemory } from "./kafka-memory-worker.ts";
import { freshTopic, putFrames, putPlainTrades } from "./kafka-topics.ts";
import { eventTexts } from "./kinesis-event-text.ts";
import { consumePlainly } from "./plain-consumer.ts";
import { mustBeSameBars } from "./same-bars.ts";
import { MARKET_STARTS_MS } from "./synthetic-market.ts";

/** What is folded in three ways. */
export interface FoldedMarket {
  readonly title: string;
  readonly frames: readonly CutFrame[];
  /** The rows of all bars. */
  readonly rows: readonly string[];
  /** The first of the market: these frames hold these trades. */
  readonly first: { readonly frames: readonly CutFrame[]; readonly trades: readonly Trade[] };
}

const EVENTS = 3;
const NS_PER_MS = 1e6;

/**
 * A worker that takes a full topic from its beginning and keeps its panes in memory, in turns with what others would do:
 * the handler for Kinesis given the same frames, and a plain consumer given one JSON trade a record. Returns the panes.
 */
export async function* measureFolding(
  kafka: KafkaOptions,
  market: FoldedMarket,
  rounds: Rounds,
): AsyncGenerator<Figure, readonly Pane[]> {
  const { bars, ticks, plainly, plainCount } = await openFolding(kafka, market);
  const [tradeCount, handler] = [tradesOf(market.frames), handlerOf(market.frames)];
  const wallMs: number[] = [];
  let panes: readonly Pane[] = [];
  const cpuMs = await cpuRounds(
    {
      worker: async () => {
        const startedMs = performance.now();
        panes = await foldInMemory({ ...kafka, ticks, bars, tradeCount });
        wallMs.push(performance.now() - startedMs);
      },
      handler: handler.run,
      plain: plainly,
    },
    rounds,
  );
  mustBeRows(rowsOf(panes), market.rows);
  const perTrade = (samples: readonly number[], count: number): readonly number[] => samples.map((ms) => ms / count);
  const [ours, theirs] = [perTrade(cpuMs.worker, tradeCount), perTrade(cpuMs.plain, plainCount)];
  const figure = (name: string, unit: string, samples: readonly number[]): Figure =>
    figureOf({ name: `kafka.${name}`, case: `${market.title}, panes in memory`, unit }, samples);
  const perSecond = wallMs.slice(-rounds.rounds).map((ms) => (tradeCount / ms) * 1_000);
  yield figure("trades_per_s", "trades/s", perSecond);
  yield figure(
    "cpu_ns_per_trade",
    "ns",
    ours.map((ms) => ms * NS_PER_MS),
  );
  yield figure("vs_plain", "x", ratiosOf(theirs, ours));
  yield figure("vs_handler", "x", ratiosOf(ours, perTrade(cpuMs.handler, handler.tradeCount)));
  return panes;
}

/** Topics with the market, as frames and as plain trades, of which both consumers make the same bars. @throws RangeError */
const openFolding = async (kafka: KafkaOptions, { frames, first }: FoldedMarket) => {
  const [bars, ticks] = [await freshTopic(kafka), await freshTopic(kafka)];
  const [firstTicks, plain] = [await freshTopic(kafka), await freshTopic(kafka)];
  await putFrames(kafka, ticks, frames);
  await putFrames(kafka, firstTicks, first.frames);
  await putPlainTrades(kafka, plain, first.trades);
  const plainCount = first.trades.length;
  const plainly = () => consumePlainly({ ...kafka, topic: plain }, plainCount, INTERVALS_MS);
  mustBeSameBars(await foldInMemory({ ...kafka, ticks: firstTicks, bars, tradeCount: plainCount }), await plainly());
  return { bars, ticks, plainly, plainCount };
};

/** @throws RangeError when bars are not those of the oracle. */
export const mustBeRows = (rows: readonly string[], expected: readonly string[]): void => {
  const wrong = rows.findIndex((row, i) => row !== expected[i]);
  if (wrong < 0 && rows.length === expected.length) return;
  const [ours, theirs] = [rows[Math.max(wrong, 0)], expected[Math.max(wrong, 0)]];
  throw new RangeError(
    `bars must be the oracle's ${expected.length}, were ${rows.length}, and one ${ours} instead of ${theirs}`,
  );
};

/** One arrival window of the handler for Kinesis over the first of the same frames: three events of 6 MB, where there are so many. */
const handlerOf = (frames: readonly CutFrame[]): { readonly tradeCount: number; readonly run: () => Promise<void> } => {
  const kept: unknown[] = [];
  const { handle, clear } = openAggregator({ intervalsMs: INTERVALS_MS, publish: (records) => kept.push(records) });
  const arrivalTimeMs = epochMs(MARKET_STARTS_MS + 60_000);
  const rest = frames.values();
  const events = eventTexts(() => ({ ...rest.next().value!, arrivalTimeMs }), {
    eventCount: EVENTS,
    maxTradesPerEvent: Math.floor(tradesOf(frames) / (EVENTS + 1)),
  });
  const tradeCount = events.reduce((sum, event) => sum + event.tradeCount, 0);
  const life = { texts: events.map(({ text }) => text), tradeCount };
  return {
    tradeCount,
    run: async () => {
      clear();
      kept.length = 0;
      await runLife(handle, life);
    },
  };
};

const tradesOf = (frames: readonly CutFrame[]): number => frames.reduce((sum, { tradeCount }) => sum + tradeCount, 0);
