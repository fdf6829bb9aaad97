import { intervalText } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import type { DurationMs } from "#core/units.ts";
import { APP_INTERVALS, openAggregator, THREE_INTERVALS } from "./aggregator.ts";
import type { Benchmark, BenchmarkContext } from "./benchmark.ts";
import { cpuRounds, ratiosOf, roundsOf } from "./cpu-rounds.ts";
import { figureOf, type Figure } from "./figure.ts";
import { frameLife, plainLife, runFloor, runLife, type LifeSetting, type LifeTexts } from "./handler-lives.ts";
import { LANES } from "./lane-frames.ts";
import { createPlainHandler, type PlainBar, type TakeBars } from "./plain-handler.ts";
import { mustBeSameBars } from "./same-bars.ts";
import { number } from "../cli/output.ts";

/** What comes into a shard and what is made of it. */
export interface HandlerCase {
  readonly symbolCount: number;
  readonly intervalsMs: readonly DurationMs[];
  readonly tradesPerFrame: number;
  /** As many as the app has by default, or one: then each record holds trades of all symbols. */
  readonly lanes: number;
  /** The whole event, or one second of half of 200,000 trades a second: one of two shards. */
  readonly event: "6 MB" | "1 s";
  readonly columns: "least" | "all";
}

/** Of the three intervals that make the most panes. */
export const KEY_CASE: HandlerCase = {
  symbolCount: 500,
  intervalsMs: THREE_INTERVALS,
  tradesPerFrame: 1_000,
  lanes: LANES,
  event: "6 MB",
  columns: "least",
};

/** The app's intervals, and the one that it keeps longest. */
export const SIZE_INTERVALS: readonly (readonly DurationMs[])[] = [APP_INTERVALS, APP_INTERVALS.slice(1, 2)];

const SIZES: readonly HandlerCase[] = (["6 MB", "1 s"] as const).flatMap((event) =>
  [500, 10, 10_000].flatMap((symbolCount) =>
    SIZE_INTERVALS.map((intervalsMs) => ({ ...KEY_CASE, event, symbolCount, intervalsMs })),
  ),
);

const CASES: readonly HandlerCase[] = [
  KEY_CASE,
  ...SIZES,
  { ...KEY_CASE, lanes: 1 },
  { ...KEY_CASE, tradesPerFrame: 4_000 },
  { ...KEY_CASE, columns: "all" },
];

/**
 * The aggregator's handler, from an event's text to the response's, over one arrival window after another: each begins
 * without state, hands it on from event to event, and ends with its panes stored. Ports keep what they are given, which
 * of updates is the records for the bars stream.
 */
export const handlerBenchmark: Benchmark = {
  names: ["handler.trades_per_s", "handler.vs_plain", "handler.vs_floor", "handler.plain_trades_per_s"],
  measure: async function* (context) {
    const { isQuick, progress } = context;
    for (const [index, one] of CASES.entries()) {
      progress(`handler: ${titleOf(one)} (${index + 1} of ${CASES.length})`);
      await mustAgree(one);
      yield* await measureCase(one, context);
      if (isQuick && index === 1) return;
    }
  },
};

const titleOf = ({ symbolCount, intervalsMs, event, tradesPerFrame, lanes, columns }: HandlerCase): string =>
  [
    `${number(symbolCount)} symbols`,
    intervalsTitle(intervalsMs),
    event === "6 MB" ? event : "1 s of 100,000",
    ...(tradesPerFrame === KEY_CASE.tradesPerFrame ? [] : [`${number(tradesPerFrame)} a record`]),
    ...(lanes === 1 ? ["all symbols in each record"] : []),
    ...(columns === "all" ? ["all columns"] : []),
  ].join(", ");

/** How many there are, and which. */
export const intervalsTitle = (intervalsMs: readonly DurationMs[]): string =>
  `${intervalsMs.length} ${intervalsMs.length === 1 ? "interval" : "intervals"} (${intervalsMs.map(intervalText).join(", ")})`;

const measureCase = async (one: HandlerCase, { isQuick }: BenchmarkContext): Promise<readonly Figure[]> => {
  const { frames, plain } = livesOf(settingOf(one, isQuick), isQuick);
  const ours = openOurs(one);
  const theirs = openPlain(one);
  const variants = {
    ours: () => ours.run(frames),
    plain: () => theirs.run(plain),
    floor: () => runFloor(frames),
  };
  const cpuMs = await cpuRounds(variants, roundsOf(isQuick));
  const perTrade = (samples: readonly number[], { tradeCount }: LifeTexts): readonly number[] =>
    samples.map((ms) => ms / tradeCount);
  const [oursMs, plainMs] = [perTrade(cpuMs.ours, frames), perTrade(cpuMs.plain, plain)];
  const figure = (name: string, unit: string, samples: readonly number[]): Figure =>
    figureOf({ name: `handler.${name}`, case: titleOf(one), unit }, samples);
  return [
    figure("trades_per_s", "trades/CPU-s", oursMs.map(perSecond)),
    figure("vs_plain", "x", ratiosOf(plainMs, oursMs)),
    figure("vs_floor", "x", ratiosOf(cpuMs.ours, cpuMs.floor)),
    figure("plain_trades_per_s", "trades/CPU-s", plainMs.map(perSecond)),
  ];
};

const perSecond = (msPerTrade: number): number => 1_000 / msPerTrade;

interface Lives {
  readonly frames: LifeTexts;
  readonly plain: LifeTexts;
}

let made: { readonly key: string; readonly lives: Lives } | undefined;

/** Cases that differ in what is made of the trades follow each other, and have the trades in common. */
const livesOf = (setting: LifeSetting, isQuick: boolean): Lives => {
  const key = JSON.stringify(setting);
  if (made?.key !== key) {
    const plain = plainLife({ ...setting, eventCount: isQuick ? 1 : PLAIN_EVENTS });
    made = { key, lives: { frames: frameLife(setting), plain } };
  }
  return made.lives;
};

const SEED = 42;
/** About ten seconds of the market, as part of an arrival window of 15. */
const FULL_EVENTS = 3;
/** An arrival window of 5 s, as on a laptop. */
const SECOND_EVENTS = 5;
/** Each trade costs many times as much, and no less for there being more of them. */
const PLAIN_EVENTS = 3;

export const settingOf = (
  { symbolCount, tradesPerFrame, lanes, event, columns }: HandlerCase,
  isQuick: boolean,
): LifeSetting => ({
  symbolCount,
  tradesPerFrame,
  lanes,
  columns,
  seed: SEED,
  tradesPerSecond: event === "6 MB" ? 200_000 : 100_000,
  maxTradesPerEvent: isQuick ? 5_000 : event === "6 MB" ? Number.POSITIVE_INFINITY : 100_000,
  eventCount: isQuick ? 2 : event === "6 MB" ? FULL_EVENTS : SECOND_EVENTS,
});

/** Two handlers over the same trades, in three events each, must make the same bars. @throws RangeError */
const mustAgree = async (one: HandlerCase): Promise<void> => {
  const events = { maxTradesPerEvent: 4_000, eventCount: 3 };
  const setting: LifeSetting = { ...settingOf(one, false), tradesPerFrame: 1_000, lanes: 1, ...events };
  const [ours, theirs] = [openOurs(one), openPlain(one)];
  await ours.run(frameLife(setting));
  await theirs.run(plainLife(setting));
  mustBeSameBars(ours.stored(), theirs.stored());
};

interface Runner<Bars> {
  run(life: LifeTexts): Promise<void>;
  /** What the run stored. */
  stored(): Bars;
}

const openOurs = ({ intervalsMs }: HandlerCase): Runner<readonly Pane[]> => {
  const kept: unknown[] = [];
  const { handle, stored, clear } = openAggregator({ intervalsMs, publish: (records) => kept.push(records) });
  return {
    run: async (life) => {
      clear();
      kept.length = 0;
      await runLife(handle, life);
    },
    stored,
  };
};

const openPlain = ({ intervalsMs }: HandlerCase): Runner<ReadonlyMap<string, PlainBar>> => {
  const kept: unknown[] = [];
  let stored: Parameters<TakeBars>[0] = [];
  const handle = createPlainHandler(
    intervalsMs,
    (bars) => kept.push(Buffer.from(JSON.stringify(bars))),
    (bars) => (stored = bars),
  );
  return {
    run: async (life) => {
      kept.length = 0;
      await runLife(handle, life);
    },
    stored: () => new Map(stored),
  };
};
