/** Trades carry at most this many decimals. */
export const MAX_SCALE = 8;

/** `units / 10^scale` exactly: a price or a size. `units` is a non-negative safe integer, `scale` 0 to 8. */
export interface Decimal {
  readonly units: number;
  readonly scale: number;
}

/** `units / 10^scale` exactly, of any size: a sum. */
export interface WideDecimal {
  readonly units: bigint;
  readonly scale: number;
}

/** Why a text is no price or size. */
export type DecimalFault = "not-a-decimal" | "not-positive" | "too-many-decimals" | "too-large";

/** No price or size that can be one needs a longer text. */
const MAX_TEXT = 64;
const PLAIN = /^(\d+)(?:\.(\d*))?$/;

/**
 * A positive decimal from plain text (`"167.41"`, no sign, no exponent), in its least scale: trailing zeros are dropped
 * before its decimals are counted. A text of more than 64 characters is refused by its first 64 alone.
 */
export const readDecimal = (text: string): Decimal | DecimalFault => {
  const match = PLAIN.exec(text.slice(0, MAX_TEXT));
  if (match === null) return /^-\d/.test(text) ? "not-positive" : "not-a-decimal";
  if (text.length > MAX_TEXT) return match[2] === undefined ? "too-large" : "too-many-decimals";
  const fraction = withoutEndZeros(match[2] ?? "");
  if (fraction.length > MAX_SCALE) return "too-many-decimals";
  const units = Number(match[1] + fraction);
  if (!Number.isSafeInteger(units)) return "too-large";
  return units === 0 ? "not-positive" : { units, scale: fraction.length };
};

/**
 * A decimal of any size, plain text, zero included; the inverse of {@link decimalText}.
 * @throws RangeError when `text` is no plain decimal.
 */
export const readWideDecimal = (text: string): WideDecimal => {
  const match = PLAIN.exec(text);
  if (match === null) throw new RangeError(`a decimal must be plain digits, was ${text}`);
  const fraction = withoutEndZeros(match[2] ?? "");
  return { units: BigInt(match[1] + fraction), scale: fraction.length };
};

/** Plain text without trailing zeros: `"167.41"`, `"200"`. */
export const decimalText = ({ units, scale }: Decimal | WideDecimal): string => {
  const digits = units.toString();
  if (scale === 0) return digits;
  const padded = digits.padStart(scale + 1, "0");
  const whole = padded.slice(0, -scale);
  const fraction = withoutEndZeros(padded.slice(-scale));
  return fraction === "" ? whole : `${whole}.${fraction}`;
};

const ZERO = 0x30;

/** `digits` without the zeros at its end. A loop: `/0+$/` tries each zero anew, in quadratic time. */
export const withoutEndZeros = (digits: string): string => {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === ZERO) end--;
  return digits.slice(0, end);
};

/** The same decimal in its least scale. */
export const least = ({ units, scale }: Decimal): Decimal => {
  let leastUnits = units;
  let leastScale = scale;
  // A quotient costs a fraction of a remainder of doubles; rounded, it is exact for a whole one alone.
  for (
    let tenth = Math.floor(units / 10);
    leastScale > 0 && tenth * 10 === leastUnits;
    tenth = Math.floor(tenth / 10)
  ) {
    leastUnits = tenth;
    leastScale--;
  }
  return { units: leastUnits, scale: leastScale };
};

/** The same decimal in its least scale. */
export const leastWide = ({ units, scale }: WideDecimal): WideDecimal => {
  let leastUnits = units;
  let leastScale = scale;
  while (leastScale > 0 && leastUnits % 10n === 0n) {
    leastUnits /= 10n;
    leastScale--;
  }
  return { units: leastUnits, scale: leastScale };
};

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`; exact at any scales. */
export const compareDecimals = (a: Decimal, b: Decimal): number => {
  if (a.scale === b.scale) return a.units - b.units;
  const difference = BigInt(a.units) * 10n ** BigInt(b.scale) - BigInt(b.units) * 10n ** BigInt(a.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** `numerator / denominator` rounded half to even at `places` decimals. `denominator` must be positive. */
export const quotient = (numerator: WideDecimal, denominator: WideDecimal, places: number): WideDecimal => {
  const shift = places + denominator.scale - numerator.scale;
  const top = numerator.units * 10n ** BigInt(Math.max(shift, 0));
  const bottom = denominator.units * 10n ** BigInt(Math.max(-shift, 0));
  const floor = top / bottom;
  const twice = (top % bottom) * 2n;
  const up = twice > bottom || (twice === bottom && floor % 2n === 1n);
  return { units: up ? floor + 1n : floor, scale: places };
};
