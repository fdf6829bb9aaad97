declare const unit: unique symbol;
type Unit<Name extends string> = number & { readonly [unit]: Name };

/** Milliseconds since 1970-01-01T00:00:00Z, an integer. */
export type EpochMs = Unit<"EpochMs">;

/** A span of time in milliseconds, an integer. */
export type DurationMs = Unit<"DurationMs">;

/**
 * A position in a shard, ordered by plain string comparison: three digits that say how many digits follow, then those
 * digits. `"0015"` is 5 and `"00210"` is 10. Opaque to everything but the adapters.
 *
 * A Kinesis sequence number has up to 129 digits, too many for a number here and for a DynamoDB Number.
 * Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Record.html
 */
export type SequenceNumber = string & { readonly [unit]: "SequenceNumber" };

const safeInteger = (name: string, value: number): number => {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} must be an integer below 2^53, was ${value}`);
  return value;
};

/** @throws RangeError when `value` is no safe integer. */
export const epochMs = (value: number): EpochMs => safeInteger("epochMs", value) as EpochMs;

/** @throws RangeError when `value` is no positive safe integer. */
export const durationMs = (value: number): DurationMs => {
  if (value <= 0) throw new RangeError(`durationMs must be positive, was ${value}`);
  return safeInteger("durationMs", value) as DurationMs;
};

/**
 * The position that a stream writes as decimal `digits`, without leading zeros.
 * @throws RangeError when `digits` is not the decimal text of a non-negative integer of at most 129 digits.
 */
export const sequenceNumber = (digits: string): SequenceNumber => {
  if (!/^(0|[1-9]\d{0,128})$/.test(digits))
    throw new RangeError(`a sequence number must be decimal digits, was ${digits}`);
  return (String(digits.length).padStart(3, "0") + digits) as SequenceNumber;
};

/** Beyond every position of every stream. */
export const BEYOND_ALL = sequenceNumber("9".repeat(129));

/** The decimal text that {@link sequenceNumber} was made from. */
export const sequenceDigits = (position: SequenceNumber): string => position.slice(3);

/**
 * A stored position, read back.
 * @throws RangeError when `text` was not written by {@link sequenceNumber}.
 */
export const readSequenceNumber = (text: string): SequenceNumber => {
  const position = sequenceNumber(text.slice(3));
  if (position !== text) throw new RangeError(`a stored position must start with its length, was ${text}`);
  return position;
};
