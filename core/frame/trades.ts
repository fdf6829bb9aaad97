import { least } from "../decimal.ts";
import { TradeColumns } from "../trade-columns.ts";
import type { Trade } from "../trade.ts";
import { epochMs } from "../units.ts";
import { utf8Text } from "../utf8.ts";
import { valuesOf } from "./columns.ts";
import { FIELD } from "./fields.ts";
import { readLayout, type FrameLayout, type Span } from "./layout.ts";
import { readFrame } from "./read.ts";

/**
 * The trades of a frame with all that it says of them, in the frame's order, decimals in their least scale: the inverse
 * of {@link encodeFrame} but for the grouping by symbol. For archives and tools; {@link readFrame} is the fast way.
 * @throws RangeError when the bytes are no frame or a trade in it is impossible.
 */
export const frameTrades = (data: Uint8Array): readonly Trade[] => {
  const columns = new TradeColumns(data.length);
  const reading = readFrame(data, columns, { latestEventTimeMs: epochMs(Number.MAX_SAFE_INTEGER) });
  const layout = readLayout(data, columns);
  if (reading.kind === "rejected" || !layout) throw new RangeError("a frame's bytes must be sound, were not");
  if (reading.faultCount > 0) throw new RangeError(`a frame's trades must be positive, ${reading.faultCount} were not`);
  const details = detailsOf(layout);
  return columns.runs.flatMap(({ symbol, priceScale, sizeScale, from, to }) =>
    Array.from({ length: to - from }, (_, i): Trade => {
      const row = from + i;
      return {
        symbol,
        price: least({ units: columns.price[row]!, scale: priceScale }),
        size: least({ units: columns.size[row]!, scale: sizeScale }),
        eventTimeMs: epochMs(columns.eventTimeMs[row]!),
        sequence: columns.sequence[row]!,
        ...details(row),
      };
    }),
  );
};

/** What a trade has beside what makes bars. */
export type TradeDetails = Pick<Trade, "venue" | "currency" | "conditions" | "source">;

/**
 * Says what a sound frame tells of its trade at an index, faults counted too.
 * @throws RangeError when the bytes are no frame or a text in it is no UTF-8.
 */
export const frameDetails = (data: Uint8Array): ((index: number) => TradeDetails) => {
  const layout = readLayout(data, new TradeColumns(0));
  if (!layout) throw new RangeError("a frame's bytes must be sound, were not");
  return detailsOf(layout);
};

const detailsOf = (layout: FrameLayout): ((index: number) => TradeDetails) => {
  const source = textOf(layout, layout.source) || undefined;
  const currency = textOf(layout, layout.currency) || undefined;
  const venues = optionOf(layout, FIELD.venue, layout.venueNames);
  const conditions = optionOf(layout, FIELD.conditions, layout.conditionsNames);
  return (index) => ({ venue: venues[index], conditions: conditions[index], source, currency });
};

const textOf = ({ data }: FrameLayout, { from, to }: Span): string => {
  const text = utf8Text(data, from, to);
  if (text === undefined) throw new RangeError(`a frame's texts must be UTF-8, were not at ${from}`);
  return text;
};

/** Each trade's text of an optional column, empty when it is absent. */
const optionOf = (layout: FrameLayout, field: number, names: readonly Span[]): readonly (string | undefined)[] => {
  const texts = names.map((name) => textOf(layout, name));
  return (valuesOf(layout.column(field)) ?? []).map((position) => texts[position - 1]);
};
