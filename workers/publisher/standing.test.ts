import { describe, expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { BARS, readStanding, standingText, type Standing } from "./standing.ts";

describe("where a publisher stands", () => {
  test("is read back from its text", () => {
    const standing: Standing = {
      publishedUntilMs: new Map([
        [BARS, epochMs(60_000)],
        ["10s/5s", epochMs(65_000)],
      ]),
      offsets: new Map([["ticks-0", 7n]]),
    };
    expect(readStanding(standingText(standing))).toEqual(standing);
    expect(readStanding(undefined)).toEqual({ publishedUntilMs: new Map(), offsets: new Map() });
  });

  test("is read from what a publisher wrote that knew bars alone", () => {
    expect(readStanding('{"publishedUntilMs":60000,"offsets":{}}').publishedUntilMs).toEqual(new Map([[BARS, 60_000]]));
    expect(readStanding('{"offsets":{}}').publishedUntilMs).toEqual(new Map());
  });

  test("rejects a text without offsets", () => {
    expect(() => readStanding("{}")).toThrow(expect.objectContaining({ code: "TAPE_STATE_INVALID" }));
  });
});
