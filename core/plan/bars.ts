import { FULLEST } from "./assumed.ts";
import type { PlanLoad } from "./load.ts";
import { PANE_BYTES, UPDATE_RECORD_HEAD_BYTES } from "./measured.ts";
import { shardsOf, streamLimits, type ShardLimit } from "./shards.ts";
import type { TicksPlan } from "./ticks.ts";

/** The bars stream, on which every changed pane travels, wanted or not. */
export interface BarsPlan {
  readonly rowsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Each is one PUT payload unit at most. */
  readonly recordsPerSecond: number;
  readonly limits: readonly ShardLimit[];
  readonly shards: number;
}

/** As the update stream packs them. */
const RECORD_BYTES = 25_000 - UPDATE_RECORD_HEAD_BYTES;

/** The bars stream behind these aggregators. */
export const barsPlanOf = ({ tradesPerSecond }: PlanLoad, { fold, shards: ticksShards }: TicksPlan): BarsPlan => {
  const { rowsPerSecond, stepSeconds, lifeSeconds } = fold;
  // Each publishing ends with a record that is not full.
  const publishings = Math.min(tradesPerSecond * 2, ticksShards * (1 / stepSeconds + 1 / lifeSeconds));
  const recordsPerSecond = (rowsPerSecond * PANE_BYTES) / RECORD_BYTES + publishings;
  const bytesPerSecond = rowsPerSecond * PANE_BYTES + recordsPerSecond * UPDATE_RECORD_HEAD_BYTES;
  const limits = streamLimits(bytesPerSecond, recordsPerSecond, FULLEST);
  return {
    rowsPerSecond,
    bytesPerSecond,
    recordsPerSecond,
    limits,
    shards: shardsOf(limits),
  };
};
