/** How things stand with the server. */
export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "waiting"; /** By performance.now(). */ readonly untilMs: number };

/**
 * What ended a connection, or kept it from coming to be.
 *
 * - `unreachable`: nobody took it.
 * - `hung`: it was not answered in time.
 * - `ended`: the other side, or something in between, ended it.
 * - `silent`: it was open, and nothing came any more.
 */
export type TroubleKind = "unreachable" | "hung" | "ended" | "silent";

/** What went wrong with a connection. Times are by Date.now(). */
export interface Trouble {
  readonly kind: TroubleKind;
  readonly atMs: number;
  /** Since when no connection was live, undefined where one still was, or none ever had been. */
  readonly lostAtMs: number | undefined;
  /** When one was live again. */
  readonly backAtMs?: number;
}

/** What is known of what went wrong once a connection has ended, a live one or one on its way. */
export const troubleAfter = (before: Trouble | undefined, kind: TroubleKind, wasLive: boolean): Trouble => {
  const atMs = Date.now();
  const lostAtMs = before?.backAtMs === undefined ? before?.lostAtMs : undefined;
  return { kind, atMs, lostAtMs: wasLive ? atMs : lostAtMs };
};
