import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { TradeSource } from "#core/ports/trade-source.ts";
import { epochMs } from "#core/units.ts";
import type { RunContext } from "../run-context.ts";
import type { FetcherReport, FetcherRun } from "./fetcher.ts";
import { readSourceSpec, type SourceSpec } from "./source-spec.ts";

export interface RunDeps {
  readonly fetch: (run: FetcherRun) => Promise<FetcherReport>;
  /** The source of an event that names none; see `readSourceSpec`. */
  readonly defaultSource: string;
  readonly openSource: (spec: SourceSpec) => TradeSource;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a schedule or a caller may ask for. */
export interface FetcherEvent {
  /** @default the configured source */
  readonly source?: string;
}

/** A run stops so long before Lambda would end it. */
const MARGIN_MS = 3_000;

/**
 * Takes an event of the schedule, or of whoever asks for another source, through one run. Each source has a lease and a
 * place of its own.
 */
export const createRun =
  ({ fetch, defaultSource, openSource, clock, log }: RunDeps) =>
  async (event: FetcherEvent, context: RunContext): Promise<FetcherReport> => {
    const name = event.source ?? defaultSource;
    const spec = readSourceSpec(name);
    const deadlineMs = epochMs(clock.nowMs() + Math.max(0, context.getRemainingTimeInMillis() - MARGIN_MS));
    const report = await fetch({ name, source: openSource(spec), speed: spec.speed, deadlineMs });
    log.info("run ended", { source: name, ...report });
    return report;
  };
