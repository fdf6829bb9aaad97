import type { Trade } from "../trade.ts";
import { epochMs, type EpochMs } from "../units.ts";
import { utf8Bytes } from "../utf8.ts";
import { FieldWriter } from "./encode-fields.ts";
import { FIELD, FRAME_VERSION } from "./fields.ts";
import { bySymbol, runsOf, unitsAt, type TradeRun } from "./runs.ts";

/** What a frame says of itself. */
export interface FrameHead {
  /** Hex of 1 to 16 bytes, fresh for each run of a producer; `""`: no duplicate of the frame is recognised. */
  readonly producer: string;
  /** The producer's count of frames. */
  readonly number: number;
  readonly ingestTimeMs: EpochMs;
  /** The event time that the producer had reached before these trades; see the schema. @default not said */
  readonly frontierMs?: EpochMs | undefined;
}

/** What a frame says of itself, and its trades. */
export interface Frame extends FrameHead {
  /** All of one source and one currency. */
  readonly trades: readonly Trade[];
}

const UNSAID = epochMs(0);
/** Room for what a frame says of itself and for its symbols, and in each column for its trades; either may take more. */
const ROOM = { headBytes: 1_024, tradeBytes: 8, valueBytes: 3 } as const;

/**
 * The bytes of a frame: a `tapestream.v1.Frame`, fields in the order of their numbers, what equals protobuf's default left
 * out, repeated numbers packed. Trades are grouped by symbol, each symbol's in the order given. A pure function of its
 * argument. An empty source or currency counts as none.
 * @throws RangeError when source or currency differ, or something is out of its range.
 */
export const encodeFrame = ({ trades, ...head }: Frame): Uint8Array =>
  encodeGroups(head, [...bySymbol(trades).values()]);

/** The bytes of the frame of trades that are grouped by symbol already, see {@link encodeFrame}. */
export const encodeGroups = (
  { producer, number, ingestTimeMs, frontierMs = UNSAID }: FrameHead,
  groups: readonly (readonly Trade[])[],
): Uint8Array => {
  if (!/^(?:[\da-f]{2}){0,16}$/i.test(producer))
    throw new RangeError(`a producer must be hex of at most 16 bytes, was ${producer}`);
  if (![number, ingestTimeMs].every((value) => Number.isSafeInteger(value) && value >= 0))
    throw new RangeError(`number and ingestTimeMs must be non-negative integers, were ${number}, ${ingestTimeMs}`);
  const runs = runsOf(groups);
  const { source, currency, hasVenues, hasConditions, tradeCount } = sharedBy(runs);
  const { eventTimeMs: baseTimeMs = 0, sequence: baseSequence = 0 } = runs[0]?.trades[0] ?? {};
  const { headBytes, tradeBytes, valueBytes } = ROOM;
  const writer = new FieldWriter(headBytes + tradeCount * tradeBytes, tradeCount * valueBytes);
  writer.unsigned(FIELD.version, FRAME_VERSION);
  writer.bytes(FIELD.producer, hexBytes(producer));
  writer.unsigned(FIELD.number, number);
  writer.signed(FIELD.baseTimeMs, baseTimeMs);
  writer.unsigned(FIELD.baseSequence, baseSequence);
  writer.unsigned(FIELD.ingestTimeMs, ingestTimeMs);
  writer.bytes(FIELD.source, utf8Bytes(source));
  writer.bytes(FIELD.currency, utf8Bytes(currency));
  writeRuns(writer, runs);
  writeTrades(writer, runs, baseTimeMs, baseSequence);
  if (hasVenues) writeOption(writer, FIELD.venueName, FIELD.venue, runs, ({ venue }) => venue);
  if (hasConditions) writeOption(writer, FIELD.conditionsName, FIELD.conditions, runs, ({ conditions }) => conditions);
  writer.signed(FIELD.frontierMs, frontierMs);
  return writer.toBytes();
};

interface Shared {
  readonly source: string;
  readonly currency: string;
  /** Whether any trade says its venue, */
  readonly hasVenues: boolean;
  /** or its conditions. */
  readonly hasConditions: boolean;
  readonly tradeCount: number;
}

/** What all trades share. @throws RangeError when source or currency differ. */
const sharedBy = (runs: readonly TradeRun[]): Shared => {
  const { source = "", currency = "" } = runs[0]?.trades[0] ?? {};
  let [hasVenues, hasConditions] = [false, false];
  let tradeCount = 0;
  for (const { trades } of runs) {
    tradeCount += trades.length;
    for (const trade of trades) {
      if ((trade.source ?? "") !== source) throw unshared("source", source, trade.source);
      if ((trade.currency ?? "") !== currency) throw unshared("currency", currency, trade.currency);
      if (trade.venue !== undefined) hasVenues = true;
      if (trade.conditions !== undefined) hasConditions = true;
    }
  }
  return { source, currency, hasVenues, hasConditions, tradeCount };
};

const unshared = (name: string, shared: string, text = ""): RangeError =>
  new RangeError(`the ${name} of a frame's trades must be "${shared}", was "${text}"`);

const writeRuns = (writer: FieldWriter, runs: readonly TradeRun[]): void => {
  for (const { symbol } of runs) writer.ascii(FIELD.symbol, symbol);
  for (const { trades } of runs) writer.value(trades.length);
  writer.values(FIELD.trades);
  writeScales(
    writer,
    FIELD.priceScale,
    runs.map(({ priceScale }) => priceScale),
  );
  writeScales(
    writer,
    FIELD.sizeScale,
    runs.map(({ sizeScale }) => sizeScale),
  );
};

/** Nothing when all scales are 0, one when all are the same, else one a run. */
const writeScales = (writer: FieldWriter, field: number, scales: readonly number[]): void => {
  const [first = 0] = scales;
  if (scales.some((scale) => scale !== first)) for (const scale of scales) writer.value(scale);
  else if (first > 0) writer.value(first);
  writer.values(field);
};

/** The columns that every trade has; the one of sequences is left out where they count the trades of the frame. */
const writeTrades = (
  writer: FieldWriter,
  runs: readonly TradeRun[],
  baseTimeMs: number,
  baseSequence: number,
): void => {
  for (const run of runs) writePrices(writer, run);
  writer.values(FIELD.price);
  for (const run of runs) writeSizes(writer, run);
  writer.values(FIELD.size);
  for (const run of runs) writeTimes(writer, run, baseTimeMs);
  writer.values(FIELD.time);
  if (!isCounted(runs, baseSequence)) for (const run of runs) writeSequences(writer, run, baseSequence);
  writer.values(FIELD.sequence);
};

/** Differences to the trade before in the run, for its first trade the price itself. */
const writePrices = (writer: FieldWriter, { trades, priceScale }: TradeRun): void => {
  let previous = 0;
  for (const { price } of trades) {
    const units = unitsAt(price, priceScale);
    writer.difference(units - previous);
    previous = units;
  }
};

const writeSizes = (writer: FieldWriter, { trades, sizeScale }: TradeRun): void => {
  for (const { size } of trades) writer.value(unitsAt(size, sizeScale));
};

/** Differences to the trade before in the run, for its first trade to `baseTimeMs`. */
const writeTimes = (writer: FieldWriter, { trades }: TradeRun, baseTimeMs: number): void => {
  let previous = baseTimeMs;
  for (const { eventTimeMs } of trades) {
    writer.difference(eventTimeMs - previous);
    previous = eventTimeMs;
  }
};

/** Differences to the trade before in the run, for its first trade to `baseSequence`. */
const writeSequences = (writer: FieldWriter, { trades }: TradeRun, baseSequence: number): void => {
  let previous = baseSequence;
  for (const { sequence } of trades) {
    writer.difference(sequence - previous);
    previous = sequence;
  }
};

/** Whether each sequence is `baseSequence` plus the trade's position in the frame. */
const isCounted = (runs: readonly TradeRun[], baseSequence: number): boolean => {
  let expected = baseSequence;
  for (const { trades } of runs) for (const { sequence } of trades) if (sequence !== expected++) return false;
  return true;
};

/** The distinct texts, and each trade's position among them from 1, 0 for none. */
const writeOption = (
  writer: FieldWriter,
  nameField: number,
  field: number,
  runs: readonly TradeRun[],
  textOf: (trade: Trade) => string | undefined,
): void => {
  const positions = new Map<string | undefined, number>([[undefined, 0]]);
  for (const { trades } of runs) {
    for (const trade of trades) {
      const text = textOf(trade);
      if (!positions.has(text)) {
        positions.set(text, positions.size);
        writer.text(nameField, text!);
      }
      writer.value(positions.get(text)!);
    }
  }
  writer.values(field);
};

const hexBytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
