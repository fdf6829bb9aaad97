import type { SourceOperations } from "#core/protocol/operations.ts";
import type { PipelineStatus } from "#core/protocol/pipeline-status.ts";
import type { FaultList } from "./faults.ts";
import type { SeenProblem } from "./problems.ts";
import type { Quantiles } from "./recent.ts";
import type { ClockDifference } from "./server-clock.ts";
import type { Stage } from "./stages.ts";
import type { ShardTrend } from "./trends.ts";

/** All that the view shows. */
export interface Seen {
  readonly problems: readonly SeenProblem[];
  readonly wellSinceMs: number | undefined;
  /** Since when somebody looks. */
  readonly openedMs: number;
  readonly status: PipelineStatus | undefined;
  readonly source: SourceOperations | undefined;
  readonly shards: readonly ShardTrend[];
  readonly total: Quantiles | undefined;
  readonly painting: Quantiles | undefined;
  readonly stages: ReadonlyMap<Stage, Quantiles | undefined>;
  readonly clock: ClockDifference | undefined;
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly bytes: number;
  /** How often the connection was lost. */
  readonly losses: number;
  readonly faults: FaultList | undefined;
}

/** One part of the view: shows what of it is its own. */
export interface Part {
  readonly node: HTMLElement;
  show(seen: Seen): void;
}
