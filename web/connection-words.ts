import type { Choice } from "./choice.ts";
import type { ConnectionState, Trouble, TroubleKind } from "./connection.ts";
import type { Notice } from "./notices.ts";
import { agoWords, secondWords } from "./words.ts";

/** What is to be said of a connection. `nowMs` is of the same clock as the state's times. */
export interface ConnectionView {
  readonly state: ConnectionState;
  readonly nowMs: number;
  readonly isOnline: boolean;
  /** Whether a server that sends heartbeats has sent none for a while. */
  readonly isStale: boolean;
  /** Whether there was a connection before. */
  readonly isAgain: boolean;
  /** Whether somebody must sign in before there can be one. @default no */
  readonly isSignedOut?: boolean;
}

/** How a connection looks: each has an icon of its own. */
export type ConnectionLook = "connecting" | "live" | "stale" | "waiting" | "offline" | "signed-out";

/** Where the browser knows that it has no network, nothing else explains as much; some servers are heard all the same. */
export const lookOf = ({ state, isOnline, isStale, isAgain, isSignedOut = false }: ConnectionView): ConnectionLook => {
  if (state.kind === "live" && !isStale) return "live";
  if (isSignedOut) return "signed-out";
  if (!isOnline) return "offline";
  if (state.kind === "live") return "stale";
  return state.kind === "waiting" || isAgain ? "waiting" : "connecting";
};

const LOOK_WORDS: Readonly<Record<ConnectionLook, string>> = {
  connecting: "Connecting",
  live: "Live",
  stale: "Stale",
  waiting: "Reconnecting",
  offline: "Offline",
  "signed-out": "Signed out",
};

/** A connection's state in a word, which changes when the state does. */
export const stateWord = (view: ConnectionView): string => LOOK_WORDS[lookOf(view)];

/** The same, with how long it is until something is done about it. */
export const stateWords = (view: ConnectionView): string => {
  const { state, nowMs } = view;
  if (state.kind !== "waiting" || lookOf(view) !== "waiting") return stateWord(view);
  return `${stateWord(view)} in ${Math.max(1, Math.ceil((state.untilMs - nowMs) / 1_000))} s`;
};

/** When something was last told. What comes several times a second does not flicker. */
export const updatedWords = (ageMs: number): string => {
  if (!Number.isFinite(ageMs)) return "";
  return ageMs < 2_000 ? "updated just now" : `updated ${agoWords(ageMs)} ago`;
};

const TROUBLE_WORDS: Readonly<Record<TroubleKind, string>> = {
  unreachable: "the server does not answer",
  hung: "the server did not answer in time",
  ended: "the connection was cut",
  silent: "nothing came any more",
};

/**
 * What went wrong, and since when the page has not been live, if it had been. No browser tells a page whether nobody took its
 * socket or who signed in was refused.
 */
export const troubleWords = ({ kind, lostAtMs, backAtMs }: Trouble, isSignedIn = false): string =>
  TROUBLE_WORDS[kind] +
  (isSignedIn && kind === "unreachable" ? ", or refuses this sign-in" : "") +
  (lostAtMs === undefined || backAtMs !== undefined ? "" : `, since ${secondWords(lostAtMs)}`);

/** Said when a connection that was lost is back, and the page whole. */
export const backWords = (lostAtMs: number, backAtMs: number): string =>
  `The connection was lost at ${secondWords(lostAtMs)}, for ${agoWords(backAtMs - lostAtMs)}. All bars of that time have come.`;

const CUT_AT = 40;

const quoted = (text: string): string => JSON.stringify(text.length > CUT_AT ? `${text.slice(0, CUT_AT)}…` : text);

/** What is to be said of something that happened; `symbol` and `interval` are what the page shows now. */
export const noticeWords = ({ code, message }: Notice, { symbol, interval }: Choice): string => {
  switch (code) {
    case "newer":
      return "The server speaks a newer protocol than this page. Load the page again.";
    case "unreadable":
      return "The server sent something that this page cannot read. Everything is asked for again.";
    case "unavailable":
      return "The server could not answer. It is asked again.";
    case "missed-updates":
      return "The page did not take all that it was sent. Everything is asked for again.";
    case "no-symbol":
      return `The address names ${quoted(message)}, which can be no symbol. ${symbol} is shown.`;
    case "no-interval":
      return `The address asks for bars of ${quoted(message)}, which there are not. ${interval} is shown.`;
    default:
      return `The server did not do what it was asked: ${message}.`;
  }
};
