import { MskTicks } from "./msk-ticks.ts";
import type { RecordStream } from "./record-stream.ts";

/** What carries the ticks. */
export type Ticks = RecordStream | MskTicks;

/** How functions reach the ticks, undefined where they need nothing but their rights. */
export const reachOf = (ticks: Ticks): Pick<MskTicks, "brokers" | "network"> | undefined =>
  ticks instanceof MskTicks ? ticks : undefined;
