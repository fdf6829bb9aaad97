import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PipelineError } from "#core/errors.ts";
import type { SourceRow } from "#core/ports/trade-source.ts";
import { epochMs } from "#core/units.ts";
import { createReplaySource } from "./replay-source.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "replay-source-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const write = async (name: string, content: string | Uint8Array): Promise<string> => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

const rowsOf = async (file: string, from = 0): Promise<SourceRow[]> => {
  const rows: SourceRow[] = [];
  for await (const batch of createReplaySource(file).rows(from, epochMs(0))) rows.push(...batch);
  return rows;
};

const sequences = (rows: readonly SourceRow[]): number[] =>
  rows.map((row) => (row.kind === "trade" ? row.trade.sequence : -row.line));

const lines = (count: number): string[] => Array.from({ length: count }, (_, row) => `${row},A,1,1`);

test("reads plain and gzipped files alike, whatever ends their lines", async () => {
  const text = `time,symbol,price,size\r\n${lines(3).join("\r\n")}`;
  const plain = await rowsOf(await write("plain.csv", text));
  expect(sequences(plain)).toEqual([1, 2, 3]);
  expect(await rowsOf(await write("zipped.bin", gzipSync(`\uFEFF${text.replaceAll("\r", "")}\n\n`)))).toEqual(plain);
});

test("goes on from any row, over more than one piece of the file", async () => {
  const file = await write("long.csv.gz", gzipSync(`time,symbol,price,size\n${lines(60_000).join("\n")}\nno trade\n`));
  const all = sequences(await rowsOf(file));
  expect([all.length, all.at(0), all.at(-2), all.at(-1)]).toEqual([60_001, 1, 60_000, -60_002]);
  expect(sequences(await rowsOf(file, 59_998))).toEqual([59_999, 60_000, -60_002]);
});

test("rejects a file that ends too early after giving what it held", async () => {
  const zipped = gzipSync(`time,symbol,price,size\n${lines(200_000).join("\n")}\n`);
  const file = await write("cut.csv.gz", zipped.subarray(0, zipped.length - 1_000));
  let count = 0;
  const reading = (async () => {
    for await (const batch of createReplaySource(file).rows(0, epochMs(0))) count += batch.length;
  })();
  await expect(reading).rejects.toMatchObject({
    code: "TAPE_FILE_UNREADABLE",
    message: expect.stringContaining("ends too early") as string,
  });
  expect(count).toBeGreaterThan(100_000);
});

test("rejects in one sentence what is no file of trades", async () => {
  const sentenceOf = (file: string): Promise<unknown> =>
    rowsOf(file).then(
      () => "read",
      (error: unknown) => (error instanceof PipelineError ? error.message : error),
    );
  const missing = join(folder, "nope.csv");
  expect(await sentenceOf(missing)).toBe(`there is no file ${missing}`);
  expect(await sentenceOf(folder)).toBe(`${folder} is a folder, not a CSV`);
  const text = await write("text.csv.gz", "no trades here\n");
  expect(await sentenceOf(text)).toBe(`the file ${text} is no gzip, though it is called one`);
  const semicolons = await write("semicolons.csv", "Time;Symbol;Price;Size\n");
  expect(await sentenceOf(semicolons)).toBe(
    `the header of ${semicolons} must have the columns time, symbol, price and size, with commas between; ` +
      'has "Time;Symbol;Price;Size"',
  );
  const unzipped = await write("unzipped.csv.gz", "time,symbol,price,size\n1,A,1,1\n");
  expect(await sentenceOf(unzipped)).toBe("read");
});
