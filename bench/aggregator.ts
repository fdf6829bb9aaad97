import type { Pane } from "#core/pane.ts";
import { MAX_STATE_BYTES } from "#core/plan/state-size.ts";
import type { Log } from "#core/ports/log.ts";
import type { Meter } from "#core/ports/meter.ts";
import { durationMs, epochMs, type DurationMs } from "#core/units.ts";
import { createAggregator, type AggregatorResponse } from "#lambdas/aggregator/aggregator.ts";
import type { AggregatorEvent } from "#lambdas/aggregator/kinesis-event.ts";
import { createRecordingPorts } from "./recording-ports.ts";
import { MARKET_STARTS_MS } from "./synthetic-market.ts";

/** One second, ten seconds and a minute: more windows than the app has by default. */
export const THREE_INTERVALS = [durationMs(1_000), durationMs(10_000), durationMs(60_000)] as const;
/** What the app stores by default, and the first that it makes of these. */
export const APP_INTERVALS = [durationMs(10_000), durationMs(60_000), durationMs(300_000)] as const;

/** The rules of the aggregator's own handler and the defaults of the app. */
const RULES = {
  maxOutOfOrdernessMs: durationMs(2_000),
  clockSkewMs: durationMs(10_000),
  maxStateBytes: MAX_STATE_BYTES,
  retentionMs: durationMs(86_400_000),
} as const;
const NOW_MS = epochMs(MARKET_STARTS_MS + 60_000);
const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const UNHEARD: Meter = { emit: () => undefined };

export interface BenchAggregatorOptions {
  readonly intervalsMs: readonly DurationMs[];
  /** Takes the records of each update. */
  readonly publish: (records: readonly Uint8Array[]) => void;
  /** A life whose state would be larger ends. @default as deployed */
  readonly maxStateBytes?: number;
  /**
   * So many of the function's processes take turns with the events, so that none has in memory what the last one's state
   * says, unless it is alone. @default 1
   */
  readonly processes?: number;
}

/** The real aggregator between ports that keep what they are given. */
export interface BenchAggregator {
  readonly handle: (event: AggregatorEvent) => Promise<AggregatorResponse>;
  /** What was stored since it was cleared. */
  readonly stored: () => readonly Pane[];
  /** Empties stream and store. */
  readonly clear: () => void;
}

export const openAggregator = ({
  intervalsMs,
  publish,
  maxStateBytes = RULES.maxStateBytes,
  processes = 1,
}: BenchAggregatorOptions): BenchAggregator => {
  const { ports, stored, clear } = createRecordingPorts(NOW_MS, publish);
  const rules = { ...RULES, maxStateBytes, intervalsMs };
  const handles = Array.from({ length: processes }, () =>
    createAggregator({ ...ports, stream: "ticks", rules, log: SILENT, meter: UNHEARD }),
  );
  let calls = 0;
  return {
    handle: (event) => handles[calls++ % processes]!(event),
    stored,
    clear,
  };
};
