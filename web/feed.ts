import { backoffMs, type Backoff } from "#core/backoff.ts";
import { progressAfter, type Progress } from "#core/bar-status.ts";
import type { Fault } from "#core/protocol/faults.ts";
import type { PipelineStatus } from "#core/protocol/pipeline-status.ts";
import { Register } from "#core/protocol/register.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import { Session, type KnownSymbol, type SessionEvents, type Socket, type Wish } from "./session.ts";

/** How things stand with the server. */
export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "waiting"; /** By performance.now(). */ readonly untilMs: number };

export interface FeedOptions {
  /** A socket that is about to connect. */
  readonly openSocket: () => Socket;
  /** The gateway ends a connection after this long. */
  readonly connectionMs: DurationMs;
  /** Called when there is something new to show. */
  readonly onChange: () => void;
  readonly onFault: (fault: Fault) => void;
  /** Called with whatever comes, on any connection, and its length. @default nobody listens */
  readonly onMessage?: SessionEvents["onMessage"];
  /** Called with what the server knows of some symbols. */
  readonly onSymbols: (symbols: readonly KnownSymbol[]) => void;
}

const BACKOFF: Backoff = { firstMs: durationMs(1_000), longestMs: durationMs(10_000) };
const CONNECT_MS = 20_000;
/** After this share of what a gateway allows a connection is renewed, so that a new one is whole before the old one ends. */
const RENEW_SHARE = 11 / 12;
/** API Gateway ends a connection after 10 minutes of silence. */
const PING_MS = 60_000;
const SILENCE_MS = PING_MS + 15_000;
/** Heartbeats come each second: so long after the last one a connection is dead, whatever it says. */
const HEARTBEAT_MS = 15_000;
const ASK_AGAIN_MS = 2_000;

/**
 * Keeps a connection to the server, whatever happens to it, and what the server has told. After a loss it connects again,
 * asks for what it missed, and shows what was known before until all has come.
 */
export class Feed {
  readonly #options: FeedOptions;
  #wishes: readonly Wish[] = [];
  #session: Session | undefined;
  /** On its way to replace the session. */
  #next: Session | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #retryAtMs = 0;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #updatedAtMs = Number.NEGATIVE_INFINITY;
  #status: PipelineStatus | undefined;
  #progress: Progress | undefined;
  /** Who told of the progress. */
  #teller: Session | undefined;
  #heartbeat: ReturnType<typeof setTimeout> | undefined;
  /** What feeds shall fetch, and what no more; told on each connection anew, as the server may be another one. */
  readonly #watched = new Map<string, "watch" | "unwatch">();
  /** The last session that was whole, over or not. */
  #known: Session | undefined;
  readonly #nothing = new Register();
  #state: ConnectionState = { kind: "connecting" };

  constructor(options: FeedOptions) {
    this.#options = options;
    setInterval(() => this.#keepAlive(), PING_MS);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get register(): Register {
    return this.#shown?.register ?? this.#nothing;
  }

  /** Since the server was last heard, infinite before. */
  get silenceMs(): number {
    return performance.now() - this.#heardAtMs;
  }

  /** Since trades last changed a bar, infinite before. */
  get ageMs(): number {
    return performance.now() - this.#updatedAtMs;
  }

  /** What the last heartbeat of this connection said, undefined before. */
  get status(): PipelineStatus | undefined {
    return this.#session === undefined ? undefined : this.#status;
  }

  /** How far the pipeline is, as this connection or else an earlier one said, undefined before the first heartbeat. */
  get progress(): Progress | undefined {
    return this.#progress;
  }

  /** Whether an answer to what is wished for is still to come. */
  get isAwaiting(): boolean {
    return this.#session === undefined || this.#session.isAwaiting;
  }

  /** Whether what is known answers this wish, up to now or up to when the connection was lost. */
  knows(wish: Wish): boolean {
    return this.#shown?.knows(wish) ?? false;
  }

  /** The first session is shown as it comes, any later one once it is whole. */
  get #shown(): Session | undefined {
    return this.#known ?? this.#next;
  }

  wish(wishes: readonly Wish[]): void {
    this.#wishes = wishes;
    this.#session?.wish(wishes);
    this.#next?.wish(wishes);
    if (this.#session === undefined && this.#next === undefined && this.#retry === undefined) this.#connect();
  }

  /** Wants feeds to fetch these symbols, or no more. */
  watch(action: "watch" | "unwatch", symbols: readonly string[]): void {
    for (const symbol of symbols) this.#watched.set(symbol, action);
    for (const session of [this.#session, this.#next]) if (session?.isOpen) session.watch(action, symbols);
  }

  /** Wants to be told which symbols there are. */
  askSymbols(): void {
    this.#session?.askSymbols();
  }

  /** Wants to be told the time, or how the pipeline works. */
  ask(action: "ping" | "operations"): void {
    this.#session?.ask(action);
  }

  /** Does not wait any longer. */
  connectNow(): void {
    if (this.#retry !== undefined) this.#connect();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#renewal);
    this.#retry = undefined;
    this.#renewal = setTimeout(() => this.#connect(), RENEW_SHARE * this.#options.connectionMs);
    if (this.#session === undefined) this.#enter({ kind: "connecting" });
    this.#next?.close();
    this.#next = undefined;
    const events: SessionEvents = {
      onOpen: () => {
        for (const action of ["watch", "unwatch"] as const)
          session.watch(
            action,
            [...this.#watched.keys()].filter((symbol) => this.#watched.get(symbol) === action),
          );
      },
      onWhole: () => this.#whole(session),
      onMessage: (message, bytes) => {
        this.#heardAtMs = performance.now();
        this.#options.onMessage?.(message, bytes);
      },
      onPanes: () => this.#updated(session),
      onStatus: (status) => this.#beat(session, status),
      onSymbols: this.#options.onSymbols,
      onFault: (fault) => this.#fault(session, fault),
      onEnd: () => this.#ended(session),
    };
    const session = new Session(this.#options.openSocket(), events, this.#known);
    session.wish(this.#wishes);
    this.#next = session;
    setTimeout(() => this.#next === session && this.#give(session), CONNECT_MS);
  }

  #whole(session: Session): void {
    if (session === this.#next) {
      this.#session?.close();
      this.#session = session;
      this.#next = undefined;
      this.#known = session;
      this.#failures = 0;
      if (this.#status !== undefined) this.#awaitBeat(session);
      this.#enter({ kind: "live" });
    }
    this.#options.onChange();
  }

  #updated(session: Session): void {
    this.#updatedAtMs = performance.now();
    if (session === this.#session || session === this.#shown) this.#options.onChange();
  }

  #beat(session: Session, status: PipelineStatus): void {
    this.#status = status;
    // another connection may lead to another pipeline, which is not as far
    this.#progress = progressAfter(session === this.#teller ? this.#progress : undefined, status);
    this.#teller = session;
    if (session !== this.#session) return;
    this.#options.onChange();
    this.#awaitBeat(session);
  }

  /** The next heartbeat must come in time, a first one too where servers beat: they may forget whom they answered. */
  #awaitBeat(session: Session): void {
    clearTimeout(this.#heartbeat);
    this.#heartbeat = setTimeout(() => this.#session === session && this.#give(session), HEARTBEAT_MS);
  }

  #fault(session: Session, fault: Fault): void {
    this.#options.onFault(fault);
    if (fault.code === "unavailable") setTimeout(() => session.askAgain(), ASK_AGAIN_MS);
  }

  #ended(session: Session): void {
    if (session === this.#session) this.#session = undefined;
    else if (session === this.#next) this.#next = undefined;
    else return;
    if (this.#next === undefined) this.#fail();
  }

  /** Closes a connection that does not do its work, and takes it for ended. */
  #give(session: Session): void {
    session.close();
    this.#ended(session);
  }

  /** Tries again after a pause; while a session is left, nobody needs to know. */
  #fail(): void {
    if (this.#retry === undefined) {
      this.#failures++;
      const pauseMs = backoffMs(BACKOFF, this.#failures, 0.5 + Math.random() / 2);
      this.#retry = setTimeout(() => this.#connect(), pauseMs);
      this.#retryAtMs = performance.now() + pauseMs;
    }
    if (this.#session === undefined) this.#enter({ kind: "waiting", untilMs: this.#retryAtMs });
  }

  #keepAlive(): void {
    this.#known?.forget();
    if (this.#session === undefined) return;
    if (this.silenceMs > SILENCE_MS) this.#give(this.#session);
    else this.#session.ping();
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    this.#options.onChange();
  }
}
