import { ByteWriter } from "../bytes.ts";
import type { Trade } from "../trade.ts";
import { epochMs, type EpochMs } from "../units.ts";
import { utf8Bytes } from "../utf8.ts";
import { FIELD, FRAME_VERSION, WIRE } from "./fields.ts";
import { runsOf, unitsAt, type TradeRun } from "./runs.ts";

/** What a frame says of itself, and its trades. */
export interface Frame {
  /** Hex of 1 to 16 bytes, fresh for each run of a producer; `""`: no duplicate of the frame is recognised. */
  readonly producer: string;
  /** The producer's count of frames. */
  readonly number: number;
  readonly ingestTimeMs: EpochMs;
  /** The event time that the producer had reached before these trades; see the schema. @default not said */
  readonly frontierMs?: EpochMs | undefined;
  /** All of one source and one currency. */
  readonly trades: readonly Trade[];
}

const UNSAID = epochMs(0);

/**
 * The bytes of a frame: a `tapestream.v1.Frame`, fields in the order of their numbers, what equals protobuf's default left
 * out, repeated numbers packed. Trades are grouped by symbol, each symbol's in the order given. A pure function of its
 * argument. An empty source or currency counts as none.
 * @throws RangeError when source or currency differ, or something is out of its range.
 */
export const encodeFrame = ({ producer, number, ingestTimeMs, frontierMs = UNSAID, trades }: Frame): Uint8Array => {
  if (!/^(?:[\da-f]{2}){0,16}$/i.test(producer))
    throw new RangeError(`a producer must be hex of at most 16 bytes, was ${producer}`);
  if (![number, ingestTimeMs].every((value) => Number.isSafeInteger(value) && value >= 0))
    throw new RangeError(`number and ingestTimeMs must be non-negative integers, were ${number}, ${ingestTimeMs}`);
  const runs = runsOf(trades);
  const ordered = runs.flatMap((run) => run.trades);
  const baseTimeMs = ordered[0]?.eventTimeMs ?? 0;
  const baseSequence = ordered[0]?.sequence ?? 0;
  const writer = new FieldWriter();
  writer.unsigned(FIELD.version, FRAME_VERSION);
  writer.bytes(FIELD.producer, hexBytes(producer));
  writer.unsigned(FIELD.number, number);
  writer.signed(FIELD.baseTimeMs, baseTimeMs);
  writer.unsigned(FIELD.baseSequence, baseSequence);
  writer.unsigned(FIELD.ingestTimeMs, ingestTimeMs);
  writer.bytes(FIELD.source, utf8Bytes(sharedText(ordered, "source", ({ source }) => source)));
  writer.bytes(FIELD.currency, utf8Bytes(sharedText(ordered, "currency", ({ currency }) => currency)));
  writeRuns(writer, runs);
  writer.deltas(FIELD.price, runs, 0, ({ price }, { priceScale }) => unitsAt(price, priceScale));
  for (const { sizeScale, trades: sized } of runs) for (const { size } of sized) writer.value(unitsAt(size, sizeScale));
  writer.values(FIELD.size);
  writer.deltas(FIELD.time, runs, baseTimeMs, ({ eventTimeMs }) => eventTimeMs);
  if (ordered.some(({ sequence }, position) => sequence !== baseSequence + position))
    writer.deltas(FIELD.sequence, runs, baseSequence, ({ sequence }) => sequence);
  writeOption(writer, FIELD.venueName, FIELD.venue, ordered, ({ venue }) => venue);
  writeOption(writer, FIELD.conditionsName, FIELD.conditions, ordered, ({ conditions }) => conditions);
  writer.signed(FIELD.frontierMs, frontierMs);
  return writer.toBytes();
};

type TextOf = (trade: Trade) => string | undefined;

/** The text that all trades share. @throws RangeError when they do not. */
const sharedText = (trades: readonly Trade[], name: string, textOf: TextOf): string => {
  const [first] = trades;
  const shared = (first && textOf(first)) ?? "";
  for (const trade of trades) {
    const text = textOf(trade) ?? "";
    if (text !== shared) throw new RangeError(`the ${name} of a frame's trades must be "${shared}", was "${text}"`);
  }
  return shared;
};

const writeRuns = (writer: FieldWriter, runs: readonly TradeRun[]): void => {
  for (const { symbol } of runs) writer.text(FIELD.symbol, symbol);
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

/** The distinct texts, and each trade's position among them from 1; nothing when no trade has a text. */
const writeOption = (
  writer: FieldWriter,
  nameField: number,
  field: number,
  trades: readonly Trade[],
  textOf: TextOf,
): void => {
  if (trades.every((trade) => textOf(trade) === undefined)) return;
  const positions = new Map<string | undefined, number>([[undefined, 0]]);
  for (const trade of trades) {
    const text = textOf(trade);
    if (!positions.has(text)) {
      positions.set(text, positions.size);
      writer.text(nameField, text!);
    }
    writer.value(positions.get(text)!);
  }
  writer.values(field);
};

const hexBytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Writes protobuf fields; packed columns are gathered value by value, then written with their length. */
class FieldWriter {
  readonly #message = new ByteWriter();
  readonly #column = new ByteWriter();

  toBytes(): Uint8Array {
    return this.#message.toBytes();
  }

  unsigned(field: number, value: number): void {
    if (value === 0) return;
    this.#message.varint(field * 8 + WIRE.varint);
    this.#message.varint(value);
  }

  signed(field: number, value: number): void {
    if (value === 0) return;
    this.#message.varint(field * 8 + WIRE.varint);
    this.#message.zigzag(value);
  }

  bytes(field: number, value: Uint8Array): void {
    if (value.length > 0) this.#element(field, value);
  }

  /** An element of a repeated field, written even when it is empty. */
  text(field: number, value: string): void {
    this.#element(field, utf8Bytes(value));
  }

  /** Adds a value to the column in the making. */
  value(value: number): void {
    this.#column.varint(value);
  }

  /** Writes the column in the making, unless it is empty, and begins another. */
  values(field: number): void {
    this.bytes(field, this.#column.view());
    this.#column.clear();
  }

  /** A column of differences to the trade before in the run, for the first of each run to `base`. */
  deltas(
    field: number,
    runs: readonly TradeRun[],
    base: number,
    valueOf: (trade: Trade, run: TradeRun) => number,
  ): void {
    for (const run of runs) {
      let previous = base;
      for (const trade of run.trades) {
        const value = valueOf(trade, run);
        this.#column.zigzag(value - previous);
        previous = value;
      }
    }
    this.values(field);
  }

  #element(field: number, value: Uint8Array): void {
    this.#message.varint(field * 8 + WIRE.bytes);
    this.#message.varint(value.length);
    this.#message.bytes(value);
  }
}
