import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { readIsoTime } from "./iso-time.ts";

describe("readIsoTime", () => {
  test("reads what Date writes", () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date("0000-01-01T00:00:00Z"),
          max: new Date("9999-12-31T23:59:59.999Z"),
          noInvalidDate: true,
        }),
        (date) => {
          expect(readIsoTime(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });

  test.each([
    ["1970-01-01T00:00:00Z", 0],
    ["1970-01-01T00:00:00.5Z", 500],
    ["1970-01-01T00:00:00.0019999Z", 1],
    ["1970-01-01T01:00:00+01:00", 0],
    ["1969-12-31T18:30:00-05:30", 0],
    ["2012-02-29T00:00:00Z", 1_330_473_600_000],
  ])("reads %s", (text, expected) => {
    expect(readIsoTime(text)).toBe(expected);
  });

  test.each([
    "",
    "1970-01-01",
    "1970-01-01T00:00:00",
    "1970-01-01 00:00:00Z",
    "1970-01-01T00:00Z",
    "1970-01-01T00:00:60Z",
    "1970-01-01T00:00:00.Z",
    "1970-13-01T00:00:00Z",
    "2013-02-29T00:00:00Z",
    "2013-04-31T00:00:00Z",
    "1970-01-01T00:00:00+24:00",
  ])("rejects %s", (text) => {
    expect(readIsoTime(text)).toBeUndefined();
  });
});
