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

/** What went wrong with a connection, and when. */
export interface Trouble {
  readonly kind: TroubleKind;
  /** By Date.now(). */
  readonly atMs: number;
}
