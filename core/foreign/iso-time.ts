const ISO = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;

/**
 * Milliseconds since 1970 of an ISO 8601 instant with seconds and zone: `2013-10-07T08:00:00.464Z`,
 * `2013-10-07T09:00:00+01:00`. What is finer than a millisecond is cut off. Returns undefined when `text` is none.
 */
export const readIsoTime = (text: string): number | undefined => {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [, date = "", time = "", fraction = "", zone = ""] = match;
  const instant = Date.parse(`${date}${time}.${fraction.slice(0, 3).padEnd(3, "0")}${zone}`);
  return Number.isNaN(instant) || !isDate(date) ? undefined : instant;
};

/** Date.parse takes February 30 for March 2. */
const isDate = (date: string): boolean => {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
};
