import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { PipelineError } from "#core/errors.ts";
import type { SourceRow, TradeSource } from "#core/ports/trade-source.ts";
import { createCsvReader, type CsvReader } from "./csv-trades.ts";
import { createLoopingSource, type LoopingSetting } from "./looping-source.ts";

/**
 * The trades of a CSV file, plain or gzipped, at the times that the file says, or moved and repeated as `setting` says. A
 * row that is no trade is passed on as rejected, with its line.
 */
export const createReplaySource = (file: string, setting: LoopingSetting = {}): TradeSource =>
  setting.historyMs === undefined && setting.isLooping !== true
    ? createFileSource(file)
    : createLoopingSource(createFileSource(file), setting);

const createFileSource = (file: string): TradeSource => ({
  async *rows(from) {
    let reader: CsvReader | undefined;
    let [line, row] = [0, 0];
    let batch: SourceRow[] = [];
    for await (const lines of linesOf(file)) {
      for (const text of lines) {
        line++;
        if (reader === undefined) reader = readerOf(file, text);
        else if (text !== "" && row++ >= from) batch.push(reader(text, line));
      }
      if (batch.length > 0) yield batch;
      batch = [];
    }
    if (line === 0) throw unreadable(file, "must begin with a header line such as time,symbol,price,size, was empty");
  },
});

const readerOf = (file: string, header: string): CsvReader => {
  const reader = createCsvReader(header.replace(/^\uFEFF/, ""), "replay");
  if (typeof reader === "function") return reader;
  throw unreadable(
    file,
    `must have a header with the columns time, symbol, price and size, lacks ${reader.join(" and ")}`,
  );
};

const CHUNK_BYTES = 1 << 18;

/** The file's lines, unzipped, as they come. */
async function* linesOf(file: string): AsyncGenerator<readonly string[]> {
  let rest = "";
  try {
    const isZipped = await isGzip(file);
    const bytes = createReadStream(file, { highWaterMark: CHUNK_BYTES });
    // The iteration below meets whatever goes wrong; the callback is there so that nobody else need.
    const text = isZipped ? pipeline(bytes, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined) : bytes;
    for await (const chunk of text.setEncoding("utf8")) {
      const lines = (rest + String(chunk)).split(/\r?\n/);
      rest = lines.pop() ?? "";
      yield lines;
    }
  } catch (cause) {
    if (cause instanceof Error && "code" in cause)
      throw unreadable(file, `must be readable to its end, ${reasonOf(cause)}`, cause);
    throw cause;
  }
  if (rest !== "") yield [rest];
}

const isGzip = async (file: string): Promise<boolean> => {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "reading it is not permitted",
  EISDIR: "it is a folder",
  Z_BUF_ERROR: "its gzip data ends too early",
  Z_DATA_ERROR: "its gzip data is damaged",
};

const reasonOf = (error: Error & { code?: unknown }): string => REASONS[String(error.code)] ?? error.message;

const unreadable = (file: string, problem: string, cause?: unknown): PipelineError =>
  new PipelineError("TAPE_FILE_UNREADABLE", `the file ${file} ${problem}`, { cause });
