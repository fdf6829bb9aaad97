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
    const isZipped = await isGzip(file);
    for await (const lines of linesOf(file, isZipped)) {
      for (const text of lines) {
        line++;
        if (reader === undefined) reader = readerOf(file, text, isZipped);
        else if (text !== "" && row++ >= from) batch.push(reader(text, line));
      }
      if (batch.length > 0) yield batch;
      batch = [];
    }
    if (line === 0)
      throw unreadable(`the file ${file} must begin with a header line such as time,symbol,price,size, was empty`);
  },
});

const readerOf = (file: string, header: string, isZipped: boolean): CsvReader => {
  const reader = createCsvReader(header.replace(/^\uFEFF/, ""), "replay");
  if (typeof reader === "function") return reader;
  if (!isZipped && /\.gz$/i.test(file)) throw unreadable(`the file ${file} is no gzip, though it is called one`);
  throw unreadable(`the header of ${file} ${reader}`);
};

const CHUNK_BYTES = 1 << 18;

/** The file's lines, unzipped, as they come. */
async function* linesOf(file: string, isZipped: boolean): AsyncGenerator<readonly string[]> {
  let rest = "";
  try {
    const bytes = createReadStream(file, { highWaterMark: CHUNK_BYTES });
    // The iteration below meets whatever goes wrong; the callback is there so that nobody else need.
    const text = isZipped ? pipeline(bytes, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined) : bytes;
    for await (const chunk of text.setEncoding("utf8")) {
      const lines = (rest + String(chunk)).split(/\r?\n/);
      rest = lines.pop() ?? "";
      yield lines;
    }
  } catch (cause) {
    throw failureOf(file, cause);
  }
  if (rest !== "") yield [rest];
}

const isGzip = async (file: string): Promise<boolean> => {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } catch (cause) {
    throw failureOf(file, cause);
  }
};

/** One sentence for what the system and gzip say of a file; any other error as it is. */
const failureOf = (file: string, cause: unknown): unknown => {
  if (!(cause instanceof Error && "code" in cause)) return cause;
  const sentence = SENTENCES[String(cause.code)];
  return unreadable(sentence?.(file) ?? `the file ${file} must be readable to its end, ${cause.message}`, cause);
};

const SENTENCES: Readonly<Record<string, (file: string) => string>> = {
  ENOENT: (file) => `there is no file ${file}`,
  ENOTDIR: (file) => `there is no file ${file}`,
  EACCES: (file) => `the file ${file} must be readable, reading it is not permitted`,
  EISDIR: (file) => `${file} is a folder, not a CSV`,
  Z_BUF_ERROR: (file) => `the file ${file} must be readable to its end, its gzip data ends too early`,
  Z_DATA_ERROR: (file) => `the file ${file} must be readable to its end, its gzip data is damaged`,
};

const unreadable = (problem: string, cause?: unknown): PipelineError =>
  new PipelineError("TAPE_FILE_UNREADABLE", problem, { cause });
