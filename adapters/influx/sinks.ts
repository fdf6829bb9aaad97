import { barLine, tradeLine } from "#core/bar-texts.ts";
import { PipelineError } from "#core/errors.ts";
import type { BarSink } from "#core/ports/bar-sink.ts";
import type { TradeSink } from "#core/ports/trade-sink.ts";

export interface InfluxOptions {
  /**
   * Where lines are posted, whole: `http://host:8086/api/v2/write?org=o&bucket=b` (InfluxDB 2 and 3) or
   * `http://host:8086/write?db=d` (InfluxDB 1).
   */
  readonly url: string;
  /** @default none is asked for */
  readonly token?: string | undefined;
}

/** As InfluxDB advises. Source: https://docs.influxdata.com/influxdb/v2/write-data/best-practices/optimize-writes/ */
const LINES_AT_ONCE = 5_000;
const LONGEST_MS = 10_000;

/** Final bars and raw trades as line protocol. Points that come again take the place of their equals. */
export const openInfluxSinks = (options: InfluxOptions): BarSink & TradeSink => {
  const write = async (lines: readonly string[], precision: "ms" | "ns"): Promise<void> => {
    const url = new URL(options.url);
    url.searchParams.set("precision", precision);
    for (let from = 0; from < lines.length; from += LINES_AT_ONCE)
      await post(url, options.token, lines.slice(from, from + LINES_AT_ONCE).join("\n"));
  };
  return { publish: (bars) => write(bars.map(barLine), "ms"), put: (trades) => write(trades.map(tradeLine), "ns") };
};

const post = async (url: URL, token: string | undefined, body: string): Promise<void> => {
  const headers = { "content-type": "text/plain; charset=utf-8", ...(token && { authorization: `Token ${token}` }) };
  let fault: string;
  try {
    const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(LONGEST_MS) });
    const said = await response.text();
    if (response.ok) return;
    fault = `${response.status} ${said.slice(0, 200)}`;
  } catch (cause) {
    // What is wrong with a connection stands behind "fetch failed".
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    fault = inner instanceof Error ? inner.message : String(inner);
  }
  const message = `InfluxDB at ${url.host} must take lines, failed with ${fault}`;
  throw new PipelineError("TAPE_STORE_UNAVAILABLE", message, { retryable: true });
};
