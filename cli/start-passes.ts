import { periodOf } from "#adapters/feeds/looping-source.ts";
import type { Passes } from "#core/protocol/dashboard-config.ts";
import { durationMs, type EpochMs } from "#core/units.ts";

/**
 * Where the passes of a looping replay begin. One that is moved to now is moved by whole steps from when it first ran;
 * only where a step is as long as a period does that not matter, and for any other file the passes are not known here.
 */
export const passesOf = (firstMs: EpochMs, lastMs: EpochMs, { isMoved }: { isMoved: boolean }): Passes | undefined => {
  const { stepMs, periodMs } = periodOf(lastMs - firstMs);
  return isMoved && stepMs !== periodMs ? undefined : { beginMs: firstMs, everyMs: durationMs(periodMs) };
};
