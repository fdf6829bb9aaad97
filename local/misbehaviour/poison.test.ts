import { expect, test } from "vitest";
import { createRandom } from "#core/random.ts";
import { readRecord } from "#core/record.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import { epochMs } from "#core/units.ts";
import { emptyFrame, poisonRecord } from "./poison.ts";

const nowMs = epochMs(1_381_152_600_000);
const limits = { latestEventTimeMs: epochMs(nowMs + 10_000) };

test("no trade can be read from a poison record, whatever the seed, and something of it is set aside", () => {
  for (let seed = 0; seed < 500; seed++) {
    const columns = new TradeColumns();
    const { faultCount } = readRecord(poisonRecord(createRandom(seed), nowMs), columns, limits);
    expect([columns.count, faultCount > 0]).toEqual([0, true]);
  }
});

test("an empty frame is read without a fault", () => {
  const columns = new TradeColumns();
  expect(readRecord(emptyFrame(nowMs), columns, limits)).toMatchObject({ tradeCount: 0, faultCount: 0 });
});
