import { readFile } from "node:fs/promises";

import { describe, expect, test } from "vitest";

import { readRecord } from "#core/record.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import { REJECTION_REASONS } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import { utf8Bytes } from "#core/utf8.ts";

const page = await readFile(new URL("../../docs/formats.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/^```(?:json)?\n(.*?)^```$/gms)].map(([, text = ""]) => text);

describe("docs/formats.md", () => {
  test.each(examples)("has an example that is read to its last trade: %s", (example) => {
    const columns = new TradeColumns();
    const limits = { latestEventTimeMs: epochMs(Number.MAX_SAFE_INTEGER) };
    expect(readRecord(utf8Bytes(example), columns, limits)).toMatchObject({ faultCount: 0 });
    expect(columns.count).toBe(example.trim().split("\n").length);
  });

  test("has examples of one trade, of the older objects and of CSV", () => {
    expect(examples).toHaveLength(3);
  });

  test("explains every reason for a rejection, and no other", () => {
    const [, refused = ""] = page.split("\n## What is refused\n");
    const explained = Array.from(refused.matchAll(/^\| `([a-z-]+)`/gm), ([, reason]) => reason);
    expect(new Set(explained)).toEqual(new Set(REJECTION_REASONS));
  });
});
