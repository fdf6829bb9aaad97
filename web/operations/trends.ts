import { MAX_STATE_BYTES } from "#core/plan/state-size.ts";
import type { Operations, ShardOperations } from "#core/protocol/operations.ts";
import { NOW_MS } from "./stages.ts";

/** So many answers are kept: some minutes. */
const KEPT = 120;
/** Rates are those of so long. */
const RATE_MS = 10_000;
/** A shard without a record for so long is idle. */
const IDLE_MS = 15_000;
/** One without a record for so long is shown only where it is behind. */
const GONE_MS = 3_600_000;
/** The largest state is that of so long, as it is none at each life's end. */
const STATE_MS = 60_000;

/** How one shard does. */
export interface ShardTrend {
  readonly shard: string;
  readonly isIdle: boolean;
  /** How far it is behind the stream: how long its last record waited, or since when none was folded of those that came. */
  readonly lagMs: number;
  /** How far the watermark is behind now, undefined where times are not of now. */
  readonly windowLagMs: number | undefined;
  /** Undefined until it was heard of twice, as is the next. */
  readonly tradesPerSecond: number | undefined;
  readonly framesPerSecond: number | undefined;
  /** The largest of the last minute. */
  readonly stateBytes: number;
  /** Of what a life may have. */
  readonly stateShare: number;
  readonly now: ShardOperations;
  /** Trades per second, answer by answer. */
  readonly rates: readonly number[];
}

/** What the answers of the last minutes say of each shard. */
export class Trends {
  #answers: Operations[] = [];
  /** Since when each shard has not folded what has come, by the server's clock. */
  readonly #stuck = new Map<string, { readonly last: string; readonly sinceMs: number }>();

  /** Takes in an answer, or another part of it. */
  take(answer: Operations): void {
    const before = this.#answers.at(-1);
    if (before?.timeMs === answer.timeMs)
      this.#answers.splice(-1, 1, { ...before, shards: [...before.shards, ...answer.shards] });
    else this.#answers.push(answer);
    if (this.#answers.length > KEPT) this.#answers.shift();
    for (const { shard, last, isBehind } of answer.shards) {
      if (!isBehind) this.#stuck.delete(shard);
      else if (this.#stuck.get(shard)?.last !== last) this.#stuck.set(shard, { last, sinceMs: answer.timeMs });
    }
  }

  /** The last answer, undefined before the first. */
  get newest(): Operations | undefined {
    return this.#answers.at(-1);
  }

  /** The shards that had a record lately, or that have some to fold. */
  get shards(): readonly ShardTrend[] {
    const { newest } = this;
    if (newest === undefined) return [];
    return newest.shards
      .filter(({ isBehind, lastArrivalMs }) => isBehind || newest.timeMs - lastArrivalMs < GONE_MS)
      .map((shard) => this.#trendOf(shard, newest.timeMs));
  }

  /** How many more trades were rejected than `spanMs` ago. */
  rejectedSince(spanMs: number): number {
    const { newest } = this;
    const first = newest && this.#answers.find(({ timeMs }) => timeMs >= newest.timeMs - spanMs);
    return first === undefined ? 0 : rejectedOf(newest!) - rejectedOf(first);
  }

  #trendOf(now: ShardOperations, timeMs: number): ShardTrend {
    const { shard } = now;
    const known = this.#answers.flatMap((answer) => {
      const was = answer.shards.find((each) => each.shard === shard);
      return was === undefined ? [] : [{ timeMs: answer.timeMs, was }];
    });
    const first = known.find((each) => each.timeMs >= timeMs - RATE_MS)!;
    const seconds = (timeMs - first.timeMs) / 1_000;
    const perSecond = (grown: number): number | undefined => (seconds > 0 ? grown / seconds : undefined);
    const recent = known.filter((each) => each.timeMs >= timeMs - STATE_MS);
    const stateBytes = Math.max(...recent.map(({ was }) => was.stateBytes));
    const isIdle = !now.isBehind && timeMs - now.lastArrivalMs > IDLE_MS;
    const waitedMs = isIdle ? 0 : Math.max(0, (now.foldedTimeMs ?? 0) - (now.arrivalTimeMs ?? now.foldedTimeMs ?? 0));
    const stuckMs = timeMs - (this.#stuck.get(shard)?.sinceMs ?? timeMs);
    const windowLagMs = now.watermarkMs === undefined ? undefined : timeMs - now.watermarkMs;
    return {
      shard,
      isIdle,
      lagMs: Math.max(waitedMs, stuckMs),
      windowLagMs: windowLagMs !== undefined && windowLagMs < NOW_MS ? windowLagMs : undefined,
      tradesPerSecond: perSecond(now.trades - first.was.trades),
      framesPerSecond: perSecond(now.records - first.was.records),
      stateBytes,
      stateShare: stateBytes / MAX_STATE_BYTES,
      now,
      rates: known.slice(1).map(({ timeMs: toMs, was }, index) => {
        const before = known[index]!;
        return ((was.trades - before.was.trades) / Math.max(1, toMs - before.timeMs)) * 1_000;
      }),
    };
  }
}

const rejectedOf = ({ shards }: Operations): number => shards.reduce((sum, { rejected }) => sum + rejected, 0);
