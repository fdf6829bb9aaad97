import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { OracleTrade } from "./oracle.ts";

/** The trades of a gzipped CSV, `time,symbol,price,size,…`, numbered by their rows from 1; for the oracle, and so on its own. */
export const readOracleTrades = (file: string): OracleTrade[] =>
  gunzipSync(readFileSync(file))
    .toString("latin1")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line, row) => {
      const [time, symbol, price, size] = line.split(",");
      return { symbol: symbol!, price: price!, size: size!, time: Number(time), sequence: row + 1 };
    });
