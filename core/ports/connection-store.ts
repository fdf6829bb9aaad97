import { CLIENT_LIMITS } from "../protocol/client-message.ts";
import type { DurationMs, EpochMs } from "../units.ts";

export interface Connection {
  readonly connectionId: string;
  readonly connectedAtMs: EpochMs;
  /** Who connected, as the authorizer says; undefined where there is none. */
  readonly identity: string | undefined;
}

/** One of those that are there. */
export interface ListedConnection {
  readonly connectionId: string;
  /** Undefined of one that was forgotten and has wanted something since. */
  readonly connectedAtMs: EpochMs | undefined;
}

/** One symbol at one interval, stored or derived. */
export interface Want {
  readonly symbol: string;
  readonly intervalMs: DurationMs;
}

/** One connection wants one symbol at one interval. */
export interface Subscription extends Want {
  readonly connectionId: string;
}

/** So much one connection wants at most. */
export const MAX_WANTS = CLIENT_LIMITS.subscriptions;

/** All that one connection wants, each once. */
export interface ConnectionWants {
  readonly connectionId: string;
  readonly wants: readonly Want[];
}

/** Who is connected and wants what. Every method throws PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked. */
export interface ConnectionStore {
  open(connection: Connection): Promise<void>;

  /** Forgets the connection and its subscriptions; nothing to forget is no error. */
  close(connectionId: string): Promise<void>;

  /** All connections that are open or about to be, found without a scan. */
  list(): Promise<readonly ListedConnection[]>;

  /**
   * Adds subscriptions; adding one twice changes nothing. False when a connection would want more than {@link MAX_WANTS}
   * then, and was given none of them.
   */
  subscribe(subscriptions: readonly Subscription[]): Promise<boolean>;

  unsubscribe(subscriptions: readonly Subscription[]): Promise<void>;

  /**
   * What every connection wants that wants anything, found by one question whatever the number of symbols. Equal wants are
   * one object as a rule. It must be asked anew after each batch of updates: an older answer misses who came since.
   */
  wants(): Promise<readonly ConnectionWants[]>;

  /**
   * Counts a message of the connection in the window that starts at `windowStartMs`, and returns how many there were in it,
   * this one included. What comes for an older window than the newest is counted in the newest.
   */
  countMessage(connectionId: string, windowStartMs: EpochMs): Promise<number>;
}
