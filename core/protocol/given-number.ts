/** A number that a message gives. @throws RangeError when it gives none */
export const givenNumber = (value: unknown): number => {
  if (typeof value !== "number") throw new RangeError(`a number must be given, was ${String(value)}`);
  return value;
};
