import type { PipelineStatus, StatusCounts } from "#core/protocol/pipeline-status.ts";
import { epochMs } from "#core/units.ts";

/** What a test says of a pipeline. */
export interface GivenStatus extends Partial<Omit<PipelineStatus, "counts">> {
  readonly counts?: Partial<StatusCounts>;
}

const NOTHING: StatusCounts = { trades: 0, late: 0, corrected: 0, duplicates: 0, rejected: 0, gaps: 0 };

/** A pipeline into which trades come: what a test does not say of it is the least that can be. */
export const statusOf = ({ counts, ...given }: GivenStatus): PipelineStatus => ({
  timeMs: epochMs(0),
  watermarkMs: undefined,
  feed: "live",
  connections: 1,
  ...given,
  counts: { ...NOTHING, ...counts },
});
