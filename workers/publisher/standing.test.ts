import { describe, expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { readStanding, standingText, type Standing } from "./standing.ts";

const NOTHING: Standing = { publishedUntilMs: new Map(), offsets: new Map() };

describe("where a publisher stands", () => {
  test("is read back from its text, place by place", () => {
    const standing: Standing = {
      publishedUntilMs: new Map([
        ["redis bars", epochMs(60_000)],
        ["influx 10s/5s", epochMs(65_000)],
      ]),
      offsets: new Map([["stock", new Map([["ticks-0", 7n]])]]),
    };
    expect(readStanding(standingText(standing))).toEqual(standing);
    expect(readStanding(undefined)).toEqual(NOTHING);
  });

  test("is nothing by what a publisher wrote whose places had none of their own", () => {
    expect(readStanding('{"publishedUntilMs":60000,"offsets":{"ticks-0":"7"}}')).toEqual(NOTHING);
  });

  test("rejects a text without offsets", () => {
    expect(() => readStanding('{"publishedUntilMs":{}}')).toThrow(
      expect.objectContaining({ code: "TAPE_STATE_INVALID" }),
    );
  });
});
