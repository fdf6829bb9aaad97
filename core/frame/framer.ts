import type { StreamEntry } from "../ports/frame-stream.ts";
import type { Trade } from "../trade.ts";
import type { EpochMs } from "../units.ts";
import { encodeFrame } from "./encode.ts";

/**
 * The lane of a symbol, `[0, lanes)`: its 32-bit FNV-1a hash, one step a character, modulo `lanes`. The same in every
 * release and every process; no bar depends on it.
 * Source: http://www.isthe.com/chongo/tech/comp/fnv/
 * @throws RangeError when `lanes` is no positive integer.
 */
export const laneOf = (symbol: string, lanes: number): number => {
  if (!Number.isSafeInteger(lanes) || lanes < 1) throw new RangeError(`lanes must be a positive integer, was ${lanes}`);
  let hash = 0x811c9dc5;
  for (let i = 0; i < symbol.length; i++) hash = Math.imul(hash ^ symbol.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % lanes;
};

export interface FramingRules {
  /** Hex, see {@link encodeFrame}. */
  readonly producer: string;
  /** The number of the first frame; the others follow without a gap. */
  readonly firstNumber: number;
  readonly lanes: number;
  /** No frame holds more trades. */
  readonly maxTrades: number;
  /** No frame of two or more trades is larger. */
  readonly maxBytes: number;
  readonly ingestTimeMs: EpochMs;
  /** The event time that the producer had reached before these trades; see {@link encodeFrame}. */
  readonly frontierMs?: EpochMs | undefined;
}

/** A numbered frame, ready to be put: the partition key is its lane in decimal. */
export interface CutFrame extends StreamEntry {
  readonly number: number;
  readonly tradeCount: number;
}

/**
 * Cuts trades into frames: each holds trades of one lane, source and currency, in the order given. A pure function of its
 * arguments, so that a retry cuts the same frames with the same numbers.
 * @throws RangeError when a trade or a rule is out of its range.
 */
export const framesOf = (trades: readonly Trade[], rules: FramingRules): readonly CutFrame[] => {
  const { lanes, maxTrades, firstNumber } = rules;
  if (!Number.isSafeInteger(maxTrades) || maxTrades < 1)
    throw new RangeError(`maxTrades must be a positive integer, was ${maxTrades}`);
  const frames: CutFrame[] = [];
  for (const { lane, trades: own } of groupsOf(trades, lanes)) {
    for (let from = 0; from < own.length; from += maxTrades) {
      const number = firstNumber + frames.length;
      frames.push(...framesWithin(own.slice(from, from + maxTrades), String(lane), number, rules));
    }
  }
  return frames;
};

/** One frame, or where it would be too large those of either half. */
const framesWithin = (
  trades: readonly Trade[],
  partitionKey: string,
  number: number,
  rules: FramingRules,
): readonly CutFrame[] => {
  const { producer, maxBytes, ingestTimeMs, frontierMs } = rules;
  const data = encodeFrame({ producer, number, ingestTimeMs, frontierMs, trades });
  if (data.length <= maxBytes || trades.length === 1)
    return [{ number, partitionKey, data, tradeCount: trades.length }];
  const half = Math.ceil(trades.length / 2);
  const first = framesWithin(trades.slice(0, half), partitionKey, number, rules);
  return [...first, ...framesWithin(trades.slice(half), partitionKey, number + first.length, rules)];
};

interface Group {
  readonly lane: number;
  readonly source: string | undefined;
  readonly currency: string | undefined;
  readonly trades: Trade[];
}

/** The trades by (lane, source, currency), groups in the order of their first trade. */
const groupsOf = (trades: readonly Trade[], lanes: number): readonly Group[] => {
  const groups: Group[] = [];
  const byLane = new Map<number, Group[]>();
  for (const trade of trades) {
    const lane = laneOf(trade.symbol, lanes);
    const source = trade.source || undefined;
    const currency = trade.currency || undefined;
    let kinds = byLane.get(lane);
    if (!kinds) byLane.set(lane, (kinds = []));
    let group = kinds.find((kind) => kind.source === source && kind.currency === currency);
    if (!group) {
      group = { lane, source, currency, trades: [] };
      kinds.push(group);
      groups.push(group);
    }
    group.trades.push(trade);
  }
  return groups;
};
