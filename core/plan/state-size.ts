import { intervalText } from "../interval.ts";
import type { DurationMs } from "../units.ts";
import { PANE_BYTES } from "./measured.ts";

/**
 * A life whose state is longer, packed, ends itself. Lambda hands 1 MB from batch to batch within one tumbling window and
 * shard, read here as the smaller of its two meanings: as base64 in JSON, {@link STATE_LIMIT_BYTES}, this leaves some of it
 * to what stands beside.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export const MAX_STATE_BYTES = 720_000;

const base64Length = (byteCount: number): number => Math.ceil(byteCount / 3) * 4;

/** The longest state as Lambda counts it: base64 within JSON. */
export const STATE_LIMIT_BYTES = base64Length(MAX_STATE_BYTES);

/** What a shard's aggregator has to keep in memory during one arrival window. */
export interface StateLoad {
  readonly symbolCount: number;
  /** Shards that the symbols are spread over, evenly at best. */
  readonly shardCount: number;
  readonly intervalsMs: readonly DurationMs[];
  readonly arrivalWindowMs: DurationMs;
  readonly maxOutOfOrdernessMs: DurationMs;
}

export interface StateSize {
  /** Symbols of one shard × windows open in it. */
  readonly paneCount: number;
  /** Length of the state as Lambda counts it: base64 within JSON. */
  readonly stateBytes: number;
  readonly isWithinLimit: boolean;
  /** The sum written out, for people. */
  readonly arithmetic: string;
}

/**
 * The size that one shard's state has at least, with trades that arrive as they happen and symbols spread evenly.
 * Trades replayed faster than they happened touch more windows; the life then ends itself early, which costs writes
 * and no trade.
 */
export const stateSizeOf = (load: StateLoad): StateSize => {
  const symbolsPerShard = Math.ceil(load.symbolCount / load.shardCount);
  const windowCounts = load.intervalsMs.map((intervalMs) => openWindowCount(load, intervalMs));
  const paneCount = symbolsPerShard * windowCounts.reduce((sum, count) => sum + count, 0);
  const stateBytes = base64Length(paneCount * PANE_BYTES);
  const windows = load.intervalsMs.map((intervalMs, index) => `${windowCounts[index]} of ${intervalText(intervalMs)}`);
  return {
    paneCount,
    stateBytes,
    isWithinLimit: stateBytes <= STATE_LIMIT_BYTES,
    arithmetic:
      `${symbolsPerShard} symbols a shard x open windows (${windows.join(" + ")}) = ${paneCount} panes, ` +
      `x ${PANE_BYTES} bytes x 4/3 for base64 = ${stateBytes} bytes`,
  };
};

/** The windows that event times can fall into during one arrival window: a span cuts one more than fit into it. */
const openWindowCount = ({ arrivalWindowMs, maxOutOfOrdernessMs }: StateLoad, intervalMs: DurationMs): number =>
  Math.ceil((arrivalWindowMs + maxOutOfOrdernessMs) / intervalMs) + 1;
