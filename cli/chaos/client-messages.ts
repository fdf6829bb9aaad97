import type { DurationMs, EpochMs } from "#core/units.ts";

/** What a headless client is started with. */
export interface ClientStart {
  readonly webSocketUrl: string;
  readonly symbols: readonly string[];
  readonly intervalsMs: readonly DurationMs[];
}

/** How a client stands. */
export interface ClientStatus {
  /** Sockets opened so far, the first among them. */
  readonly sockets: number;
  /** Whether it is connected and all that it wished for has been answered. */
  readonly isWhole: boolean;
  /** How it is connected, in words. */
  readonly standing: string;
  /** Faults that the server told of. */
  readonly faults: number;
}

export type ClientQuestion =
  | { readonly id: number; readonly kind: "status" | "bars" }
  | {
      readonly id: number;
      readonly kind: "rows";
      /** By interval, from which start on. */
      readonly from: ReadonlyMap<DurationMs, EpochMs>;
    };

export type ClientAnswer =
  | { readonly id: number; readonly status: ClientStatus }
  /** How many bars it knows. */
  | { readonly id: number; readonly bars: number }
  | { readonly id: number; readonly rows: readonly string[] };
