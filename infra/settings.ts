import type { SlidingWindow } from "#core/sliding-window.ts";
import type { DurationMs } from "#core/units.ts";
import type { StoredInterval } from "#lambdas/environment.ts";
import type { PlannedKey, TapestreamConfig } from "./config.ts";

/** What `tapestream.config.ts` may say: any of the settings; for those that it leaves out, the defaults hold. */
export type TapestreamSettings = {
  readonly [Key in keyof TapestreamConfig]?: Key extends PlannedKey ? number | "auto" : Given<TapestreamConfig[Key]>;
};

/** How a value is written: times in milliseconds as numbers, intervals like `5m`, sliding ones like `10s/5s`, and how long they are kept like `7d`. */
type Given<Value> = Value extends readonly StoredInterval[]
  ? Readonly<Record<string, string>>
  : Value extends readonly SlidingWindow[]
    ? readonly `${string}/${string}`[]
    : Value extends readonly DurationMs[]
      ? readonly string[]
      : Value extends DurationMs
        ? number | `${number}${"s" | "m" | "h" | "d"}`
        : Value;
