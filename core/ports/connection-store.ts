import type { DurationMs, EpochMs } from "../units.ts";

export interface Connection {
  readonly connectionId: string;
  readonly connectedAtMs: EpochMs;
  /** Who connected, as the authorizer says; undefined where there is none. */
  readonly identity: string | undefined;
}

/** One connection wants one symbol at one interval, stored or derived. */
export interface Subscription {
  readonly connectionId: string;
  readonly symbol: string;
  readonly intervalMs: DurationMs;
}

/** Who is connected and wants what. Every method throws PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked. */
export interface ConnectionStore {
  open(connection: Connection): Promise<void>;

  /** Forgets the connection and its subscriptions; nothing to forget is no error. */
  close(connectionId: string): Promise<void>;

  /** The ids of all connections that are open, found without a scan. */
  list(): Promise<readonly string[]>;

  /**
   * Adds subscriptions; adding one twice changes nothing. Each symbol is wanted before a subscription of it is found, however
   * far this comes: whoever {@link subscribers} would find, {@link wantedSymbols} asked at the same time leads to.
   */
  subscribe(subscriptions: readonly Subscription[]): Promise<void>;

  unsubscribe(subscriptions: readonly Subscription[]): Promise<void>;

  /** The subscriptions of a symbol, found without a scan. */
  subscribers(symbol: string): Promise<readonly Subscription[]>;

  /**
   * The symbols that anybody may want, by one question: those with a subscriber, and for some time those that had one. It
   * must be asked anew after each batch of updates; an older answer misses who came since.
   */
  wantedSymbols(): Promise<ReadonlySet<string>>;
}
