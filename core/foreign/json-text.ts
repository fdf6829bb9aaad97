import { withoutEndZeros } from "../decimal.ts";
import { utf8Text } from "../utf8.ts";

/**
 * The JSON value that the UTF-8 bytes `[from, to)` write, in which the numbers of the named members are numbers where
 * those are exact, else plain decimal texts: digits, perhaps a minus, perhaps a fraction, no exponent.
 *
 * A number of up to 15 digits is the same decimal again when its double is printed, so that reading numbers as written,
 * which is slow, is left to values that may hold a longer one or an exponent.
 * Returns undefined when the bytes are no JSON.
 */
export const readExactJson = (
  data: Uint8Array,
  from: number,
  to: number,
  numericNames: ReadonlySet<string>,
): { readonly value: unknown } | undefined => {
  const text = utf8Text(data, from, to);
  if (text === undefined) return undefined;
  try {
    return { value: mayBeInexact(data, from, to) ? JSON.parse(text, writtenNumbers(numericNames)) : JSON.parse(text) };
  } catch {
    // Not JSON, or nested beyond what the parser's stack holds.
    return undefined;
  }
};

const EXACT_DIGITS = 15;

/** Whether the bytes hold more digits in succession than a double keeps, a point among them or not, or an exponent. */
const mayBeInexact = (data: Uint8Array, from: number, to: number): boolean => {
  let digits = 0;
  for (let at = from; at < to; at++) {
    const byte = data[at]!;
    if (byte >= 0x30 && byte <= 0x39) {
      if (++digits > EXACT_DIGITS) return true;
    } else if (byte !== 0x2e) {
      if (digits > 0 && (byte === 0x45 || byte === 0x65)) return true;
      digits = 0;
    }
  }
  return false;
};

/**
 * A reviver gets the text of each number beside its value.
 * Source: https://tc39.es/proposal-json-parse-with-source/
 */
const writtenNumbers =
  (names: ReadonlySet<string>) =>
  (name: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === "number" && names.has(name) ? plainDecimal(context?.source ?? "") : value;

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const MAX_ZEROS = 40;

/**
 * The digits of a JSON number without its exponent and without zeros that say nothing: `1.50e3` is `1500`. Of more than
 * 40 zeros that an exponent asks for the rest is left out; nothing so large or so fine is a price, a size or a time.
 */
export const plainDecimal = (number: string): string => {
  const match = NUMBER.exec(number);
  if (!match) return number;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = withoutEndZeros(digits);
  if (significant === "") return "0";
  const shift = Number(exponent) - fraction.length + (digits.length - significant.length);
  if (shift >= 0) return sign + significant + "0".repeat(Math.min(shift, MAX_ZEROS));
  const point = significant.length + shift;
  if (point > 0) return `${sign}${significant.slice(0, point)}.${significant.slice(point)}`;
  return `${sign}0.${"0".repeat(Math.min(-point, MAX_ZEROS))}${significant}`;
};
