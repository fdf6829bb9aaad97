import { isAggregate } from "../foreign/aggregate.ts";
import type { KeptRejected } from "../ports/rejected-store.ts";
import type { Fault } from "../trade.ts";
import { epochMs, type DurationMs, type EpochMs } from "../units.ts";
import { readIndexed, type IndexedReading, type IndexedTrade } from "./indexed-trades.ts";

/** What there is to be put again of a rejected record. */
export type RefusedTrades =
  | {
      readonly kind: "clear";
      /** Trades that were refused, are none the less, and were not put again. */
      readonly ready: readonly IndexedTrade[];
      /** What is still no trade. */
      readonly faults: readonly Fault[];
      /** The frame that the record is, when all of it was refused: a producer may have sent it twice. */
      readonly frame: string | undefined;
    }
  | { readonly kind: "unclear"; readonly problem: string };

export interface RefusalRules {
  readonly nowMs: EpochMs;
  /** What the aggregator allowed when it refused the record. */
  readonly clockSkewMs: DurationMs;
}

/**
 * What of a rejected record can be put again now. A trade of it was folded if and only if it was not refused then:
 *
 * - a record that was refused as a whole gave no trade,
 * - where every fault is named, those trades were refused and all others folded; of an aggregate only while what can never
 *   be a trade is the same as then, since indexes move behind a user record that is no longer set aside as a whole,
 * - where some are only counted, the record is read again with the limit of its arrival. If that finds as many faults, and
 *   the same ones where they are named, they are the ones of then. Otherwise it is unclear what was folded.
 */
export const refusedTrades = (row: KeptRejected, rules: RefusalRules): RefusedTrades => {
  const now = readIndexed(row.bytes, rules.nowMs);
  const isWhole = row.faults[0]?.index === -1;
  const refused = isWhole ? undefined : refusedThen(row, rules, now);
  if (typeof refused === "string") return { kind: "unclear", problem: refused };
  const wasRefused = ({ index }: { readonly index: number }): boolean => refused?.has(index) ?? true;
  const done = new Set(row.redriven?.indexes);
  const { producer, number } = now;
  return {
    kind: "clear",
    ready: now.trades.filter((trade) => wasRefused(trade) && !done.has(trade.index)),
    faults: now.faults.filter((fault) => fault.index === -1 || wasRefused(fault)),
    frame: isWhole && producer !== undefined ? `${producer} ${number}` : undefined,
  };
};

/** The faults that time does not heal, as text. */
const lastingFaults = (faults: readonly Fault[]): string =>
  faults.flatMap(({ index, reason }) => (reason === "future" ? [] : `${index} ${reason}`)).join();

/** The indexes refused then, or in words why they cannot be told. */
const refusedThen = (
  { count, faults, arrivalTimeMs, bytes }: KeptRejected,
  { clockSkewMs }: RefusalRules,
  now: IndexedReading,
): ReadonlySet<number> | string => {
  const tradesNow = now.tradeCount + now.faultCount;
  if (now.faults[0]?.index === -1) return new Set();
  if (faults.some(({ index }) => index >= tradesNow))
    return `it had a trade ${faults.at(-1)!.index} when it was refused, and is read as ${tradesNow} trades now`;
  const areIndexesThose = !isAggregate(bytes) || lastingFaults(faults) === lastingFaults(now.faults);
  if (count === faults.length && areIndexesThose) return new Set(faults.map(({ index }) => index));
  const then = readIndexed(bytes, epochMs(arrivalTimeMs + clockSkewMs));
  const isSame =
    then.faultCount === count &&
    faults.every(({ index, reason }, i) => then.faults[i]?.index === index && then.faults[i].reason === reason);
  if (isSame) return new Set(then.faults.map(({ index }) => index));
  return (
    `${count} of its trades were refused, of which the first ${faults.length} were named, and reading it again by the ` +
    `rules of then refuses ${then.faultCount}: the reader or the allowed clock skew has changed since`
  );
};
