import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import { windowStart } from "#core/interval.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { TradeSink } from "#core/ports/trade-sink.ts";
import { durationMs, epochMs, type EpochMs } from "#core/units.ts";
import { finalUntil, type FinalRules, type PartitionStanding } from "./final-until.ts";
import type { Publication } from "./publications.ts";
import { isTumbling } from "./published-window.ts";
import type { RawTrades } from "./raw-trades.ts";
import type { Standing } from "./standing.ts";

/** Where raw trades go. */
export interface TradePlace {
  /** By which it is known how far it has them; it stays. */
  readonly name: string;
  readonly sink: TradeSink;
  /** This place's own: they are read from where it stands. */
  readonly trades: Pick<RawTrades, "take">;
}

/** What a publisher's step knows. */
export interface Step {
  readonly standing: Standing;
  readonly partitions: readonly PartitionStanding[];
}

/** A standing with what a place has taken. */
export type Taken = (standing: Standing) => Standing;

/** Hands a place what comes next; undefined when there is nothing. */
export type HandOver = (step: Step) => Promise<Taken | undefined>;

export interface PlaceDeps {
  readonly rules: Omit<FinalRules, "window">;
  readonly clock: Clock;
  readonly log: Log;
  /** Told how many were handed over. */
  readonly counted: { readonly bars: (by: number) => void; readonly trades: (by: number) => void };
}

/** A place that was never handed anything begins so long before what is final then. */
const FIRST_MS = 86_400_000;
/** The bars of so many steps are handed over at once, at most. */
const STEPS_AT_ONCE = 720;

export const handBars =
  ({ rules, clock, log, counted }: PlaceDeps, { name, window, sink, bars: finalBars }: Publication): HandOver =>
  async ({ standing, partitions }) => {
    const finalMs = finalUntil(partitions, clock.nowMs(), { ...rules, window });
    if (finalMs === undefined) return undefined;
    const fromMs = standing.publishedUntilMs.get(name) ?? epochMs(Math.max(0, finalMs - FIRST_MS));
    if (finalMs <= fromMs && !finalBars.isDue) return undefined;
    const atOnceMs = windowStart(fromMs, window.stepMs) + STEPS_AT_ONCE * window.stepMs;
    const untilMs = epochMs(Math.max(fromMs, Math.min(finalMs, atOnceMs)));
    const bars = await finalBars.read(fromMs, untilMs);
    await sink.publish(bars);
    finalBars.noted(bars, untilMs);
    counted.bars(bars.length);
    // Sliding ones are too many to tell of.
    if (isTumbling(window) && bars.length > 0) log.info("bars published", { place: name, bars: bars.length, untilMs });
    if (untilMs <= fromMs) return undefined;
    return ({ publishedUntilMs, ...rest }) => {
      // Another publisher may have gone further, where this place took its time.
      const reachedMs = epochMs(Math.max(untilMs, publishedUntilMs.get(name) ?? untilMs));
      return { ...rest, publishedUntilMs: withOne(publishedUntilMs, name, reachedMs) };
    };
  };

export const handTrades =
  ({ counted }: PlaceDeps, { name, sink, trades: rawTrades }: TradePlace): HandOver =>
  async ({ standing }) => {
    const before = standing.offsets.get(name) ?? new Map<string, bigint>();
    const { trades, offsets } = await rawTrades.take(before);
    if ([...offsets].every(([shard, offset]) => before.get(shard) === offset)) return undefined;
    await sink.put(trades);
    counted.trades(trades.length);
    return (others) => ({ ...others, offsets: withOne(others.offsets, name, offsets) });
  };

const withOne = <Value>(map: ReadonlyMap<string, Value>, name: string, value: Value): ReadonlyMap<string, Value> =>
  new Map([...map, [name, value]]);

const BACKOFF: Backoff = { firstMs: durationMs(1_000), longestMs: durationMs(10_000) };
const LONGEST_BACKOFF = 5;

/** A place is waited for no longer: well below the publisher's lease, which is renewed from step to step. */
const WAITED_FOR_MS = durationMs(10_000);
const HANGS = "hangs";

/**
 * A place that may fail, and is left alone for a while then: no other waits for it meanwhile. Nothing else is handed to one
 * that has not answered; when it does, what it took counts.
 */
export class Outlet {
  readonly #name: string;
  readonly #handOver: HandOver;
  readonly #deps: Pick<PlaceDeps, "clock" | "log">;
  #underWay: Promise<Taken | undefined> | undefined;
  #failures = 0;
  #notBeforeMs: EpochMs = epochMs(0);

  constructor(name: string, handOver: HandOver, deps: Pick<PlaceDeps, "clock" | "log">) {
    this.#name = name;
    this.#handOver = handOver;
    this.#deps = deps;
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** What the place took; undefined when there was nothing, or it did not take it. */
  async handOver(step: Step): Promise<Taken | undefined> {
    const { clock } = this.#deps;
    const late = this.#underWay;
    if (late === undefined && clock.nowMs() < this.#notBeforeMs) return undefined;
    const underWay = (this.#underWay ??= this.#handOver(step));
    const patience = late === undefined ? clock.sleep(WAITED_FOR_MS) : Promise.resolve();
    try {
      const taken = await Promise.race([underWay, patience.then((): typeof HANGS => HANGS)]);
      if (taken !== HANGS) {
        this.#underWay = undefined;
        this.#failures = 0;
        return taken;
      }
      if (late === undefined) this.#gaveUp(underWay);
    } catch (error) {
      this.#underWay = undefined;
      if (!(error instanceof PipelineError)) throw error;
      this.#failed(error);
    }
    return undefined;
  }

  #gaveUp(underWay: Promise<unknown>): void {
    // How it ends is heard when it is asked again.
    underWay.catch(() => undefined);
    const message = `${this.#name} must answer within ${WAITED_FOR_MS} ms`;
    this.#failed(new PipelineError("TAPE_STREAM_UNAVAILABLE", message, { retryable: true }));
  }

  #failed({ code, message }: PipelineError): void {
    const { clock, log } = this.#deps;
    log.warn("will be tried again", { place: this.#name, code, reason: message });
    const pauseMs = backoffMs(BACKOFF, Math.min(++this.#failures, LONGEST_BACKOFF), Math.random());
    this.#notBeforeMs = epochMs(clock.nowMs() + Math.ceil(pauseMs));
  }
}
