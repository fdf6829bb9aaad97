import type { StreamEntry } from "../ports/frame-stream.ts";
import type { Trade } from "../trade.ts";
import type { EpochMs } from "../units.ts";
import { encodeGroups } from "./encode.ts";
import { bySymbol } from "./runs.ts";

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
  /** Hex, see `encodeFrame`. */
  readonly producer: string;
  /** The number of the first frame; the others follow without a gap. */
  readonly firstNumber: number;
  readonly lanes: number;
  /** No frame holds more trades. */
  readonly maxTrades: number;
  /** No frame of two or more trades is larger. */
  readonly maxBytes: number;
  readonly ingestTimeMs: EpochMs;
  /** The event time that the producer had reached before these trades; see `encodeFrame`. */
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
  for (const { lane, parts } of groupsOf(trades, lanes, maxTrades))
    for (const part of parts) frames.push(...framesWithin(part, String(lane), firstNumber + frames.length, rules));
  return frames;
};

/** One frame, or where it would be too large those of either half. */
const framesWithin = (
  { trades, bySymbol: groups }: Part,
  partitionKey: string,
  number: number,
  rules: FramingRules,
): readonly CutFrame[] => {
  const { producer, maxBytes, ingestTimeMs, frontierMs } = rules;
  const data = encodeGroups({ producer, number, ingestTimeMs, frontierMs }, [...groups.values()]);
  if (data.length <= maxBytes || trades.length === 1)
    return [{ number, partitionKey, data, tradeCount: trades.length }];
  const half = Math.ceil(trades.length / 2);
  const first = framesWithin(partOf(trades.slice(0, half)), partitionKey, number, rules);
  return [...first, ...framesWithin(partOf(trades.slice(half)), partitionKey, number + first.length, rules)];
};

/** The trades of a frame. */
interface Part {
  /** In the order given. */
  readonly trades: Trade[];
  readonly bySymbol: Map<string, Trade[]>;
}

const partOf = (trades: readonly Trade[]): Part => ({ trades: [...trades], bySymbol: bySymbol(trades) });

/** Trades of one lane, source and currency, in parts of as many as a frame may hold. */
interface Group {
  readonly lane: number;
  readonly source: string | undefined;
  readonly currency: string | undefined;
  readonly parts: Part[];
}

/** Where a symbol's last trade went, which is nearly always where its next one goes. */
interface Place {
  readonly group: Group;
  readonly part: Part;
  /** The symbol's in the part. */
  readonly trades: Trade[];
}

/** The trades by (lane, source, currency), groups in the order of their first trade. */
const groupsOf = (trades: readonly Trade[], lanes: number, maxTrades: number): readonly Group[] => {
  const groups: Group[] = [];
  const byLane = new Map<number, readonly Group[]>();
  const places = new Map<string, Place>();
  const groupOf = (trade: Trade): Group => {
    const lane = laneOf(trade.symbol, lanes);
    const known = byLane.get(lane) ?? [];
    const found = known.find((group) => isOf(group, trade));
    if (found !== undefined) return found;
    const group = { lane, source: trade.source || undefined, currency: trade.currency || undefined, parts: [] };
    byLane.set(lane, [...known, group]);
    groups.push(group);
    return group;
  };
  for (const trade of trades) {
    let place = places.get(trade.symbol);
    if (place === undefined || place.part.trades.length >= maxTrades || !isOf(place.group, trade)) {
      place = placeIn(groupOf(trade), trade.symbol, maxTrades);
      places.set(trade.symbol, place);
    }
    place.part.trades.push(trade);
    place.trades.push(trade);
  }
  return groups;
};

const isOf = ({ source, currency }: Group, trade: Trade): boolean =>
  source === (trade.source || undefined) && currency === (trade.currency || undefined);

/** The symbol's place in the part of the group that is not full. */
const placeIn = (group: Group, symbol: string, maxTrades: number): Place => {
  let part = group.parts.at(-1);
  if (part === undefined || part.trades.length >= maxTrades) {
    part = { trades: [], bySymbol: new Map() };
    group.parts.push(part);
  }
  const trades = part.bySymbol.get(symbol) ?? [];
  part.bySymbol.set(symbol, trades);
  return { group, part, trades };
};
