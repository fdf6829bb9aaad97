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
  /** Bars known. */
  readonly bars: number;
  /** Faults that the server told of. */
  readonly faults: number;
}

export type ClientQuestion =
  | { readonly id: number; readonly kind: "status" }
  | {
      readonly id: number;
      readonly kind: "rows";
      /** By interval, from which start on. */
      readonly from: ReadonlyMap<DurationMs, EpochMs>;
    };

export type ClientAnswer =
  | { readonly id: number; readonly status: ClientStatus }
  | { readonly id: number; readonly rows: readonly string[] };
