import type { ByteReader, ByteWriter } from "./bytes.ts";
import { least, leastWide, type Decimal, type WideDecimal } from "./decimal.ts";
import type { BarContent, Print } from "./pane.ts";
import { epochMs, type EpochMs } from "./units.ts";

/*
 * content  = priceScale sizeScale notionalScale : bytes
 *            tradeCount, low, open - low, high - low, close - low : varints at priceScale
 *            openTime - start, closeTime - openTime, openSequence : varints, closeSequence - openSequence : zigzag
 *            openSize, closeSize, volume : varints at sizeScale
 *            priceSum - tradeCount × low : varint at priceScale, notional : varint at notionalScale
 *
 * Each scale is the greatest of the decimals it serves, so that all are whole; values beyond 2^53 are long varints.
 */

/** Writes the content of a pane whose window starts at `startMs`, in about 30 bytes. */
export const writeContent = (writer: ByteWriter, startMs: EpochMs, content: BarContent): void => {
  const { tradeCount, open, high, low, close, volume, priceSum, notional } = content;
  const priceScale = Math.max(open.price.scale, high.scale, low.scale, close.price.scale, priceSum.scale);
  const sizeScale = Math.max(open.size.scale, close.size.scale, volume.scale);
  const lowUnits = unitsAt(low, priceScale);
  writer.byte(priceScale);
  writer.byte(sizeScale);
  writer.byte(notional.scale);
  writer.varint(tradeCount);
  writer.bigVarint(lowUnits);
  for (const price of [open.price, high, close.price]) writer.bigVarint(unitsAt(price, priceScale) - lowUnits);
  writer.varint(open.eventTimeMs - startMs);
  writer.varint(close.eventTimeMs - open.eventTimeMs);
  writer.varint(open.sequence);
  writer.zigzag(close.sequence - open.sequence);
  for (const size of [open.size, close.size, volume]) writer.bigVarint(unitsAt(size, sizeScale));
  writer.bigVarint(unitsAt(priceSum, priceScale) - BigInt(tradeCount) * lowUnits);
  writer.bigVarint(notional.units);
};

/** Reads what {@link writeContent} wrote. @throws RangeError */
export const readContent = (reader: ByteReader, startMs: EpochMs): BarContent => {
  const [priceScale, sizeScale, notionalScale] = [reader.byte(), reader.byte(), reader.byte()];
  const tradeCount = reader.varint();
  const lowUnits = reader.bigVarint();
  const [open, high, close] = [0, 1, 2].map(() => decimalAt(lowUnits + reader.bigVarint(), priceScale));
  const openTimeMs = startMs + reader.varint();
  const closeTimeMs = openTimeMs + reader.varint();
  const openSequence = reader.varint();
  const closeSequence = openSequence + reader.zigzag();
  const [openSize, closeSize] = [0, 1].map(() => decimalAt(reader.bigVarint(), sizeScale));
  return {
    tradeCount,
    open: print(openTimeMs, openSequence, open!, openSize!),
    high: high!,
    low: decimalAt(lowUnits, priceScale),
    close: print(closeTimeMs, closeSequence, close!, closeSize!),
    volume: leastWide({ units: reader.bigVarint(), scale: sizeScale }),
    priceSum: leastWide({ units: reader.bigVarint() + BigInt(tradeCount) * lowUnits, scale: priceScale }),
    notional: leastWide({ units: reader.bigVarint(), scale: notionalScale }),
  };
};

const unitsAt = ({ units, scale }: Decimal | WideDecimal, at: number): bigint =>
  BigInt(units) * 10n ** BigInt(at - scale);

const decimalAt = (units: bigint, scale: number): Decimal => {
  const { units: leastUnits, scale: leastScale } = leastWide({ units, scale });
  return least({ units: Number(leastUnits), scale: leastScale });
};

const print = (eventTimeMs: number, sequence: number, price: Decimal, size: Decimal): Print => ({
  eventTimeMs: epochMs(eventTimeMs),
  sequence,
  price,
  size,
});
