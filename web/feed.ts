import type { Progress } from "#core/bar-status.ts";
import type { PipelineStatus } from "#core/protocol/pipeline-status.ts";
import { Register } from "#core/protocol/register.ts";
import type { DurationMs } from "#core/units.ts";
import { troubleAfter, type ConnectionState, type Trouble, type TroubleKind } from "./connection.ts";
import { Patience } from "./patience.ts";
import { Pulse } from "./pulse.ts";
import { Retry } from "./retry.ts";
import type { SessionFault } from "./server-text.ts";
import { Session, type SessionEvents, type Socket, type SymbolsPart } from "./session.ts";
import { SymbolOrders } from "./symbol-orders.ts";
import type { Wish } from "./wish.ts";

export interface FeedOptions {
  /** A socket that is about to connect. */
  readonly openSocket: () => Socket;
  /** The gateway ends a connection after this long. */
  readonly connectionMs: DurationMs;
  /** Called when there is something new to show. */
  readonly onChange: () => void;
  readonly onFault: (fault: SessionFault) => void;
  /** Called with whatever comes, on any connection, and its length. @default nobody listens */
  readonly onMessage?: SessionEvents["onMessage"];
  /** Called with what the server knows of some symbols. */
  readonly onSymbols: (part: SymbolsPart) => void;
}

/**
 * After a share of what a gateway allows between these a connection is renewed, so that a new one is whole before the old one
 * ends, and pages that came all at once do not come back all at once.
 */
const RENEW_SHARES = [10 / 12, 11 / 12] as const;
/** API Gateway ends a connection after 10 minutes of silence. */
const PING_MS = 60_000;
const SILENCE_MS = PING_MS + 15_000;
/** Heartbeats come each second: so long after the last one a connection is dead, whatever it says. */
const HEARTBEAT_MS = 15_000;
/** After these something may be missing. */
const ASKED_AGAIN: ReadonlySet<string> = new Set(["unavailable", "unreadable", "newer", "missed-updates"]);

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
  readonly #retry = new Retry();
  #renewal: ReturnType<typeof setTimeout> | undefined;
  readonly #patience = new Patience();
  #trouble: Trouble | undefined;
  readonly #pulse = new Pulse();
  #updatedAtMs = Number.NEGATIVE_INFINITY;
  #heartbeat: ReturnType<typeof setTimeout> | undefined;
  readonly #orders = new SymbolOrders();
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

  /** What went wrong last, if anything did. */
  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  /** Whether and since when the server has been silent. */
  get pulse(): Pick<Pulse, "silenceMs" | "isSilent"> {
    return this.#pulse;
  }

  /** Since trades last changed a bar, infinite before. */
  get ageMs(): number {
    return performance.now() - this.#updatedAtMs;
  }

  /** What the last heartbeat said, on this connection or an earlier one; undefined before the first. */
  get status(): PipelineStatus | undefined {
    return this.#pulse.status;
  }

  /** How far the pipeline is, as this connection or else an earlier one said, undefined before the first heartbeat. */
  get progress(): Progress | undefined {
    return this.#pulse.progress;
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
    for (const session of this.#sessions) session.wish(wishes);
    if (this.#sessions.length === 0 && !this.#retry.isPlanned) this.#connect();
  }

  /** Wants feeds to fetch these symbols, or no more. */
  watch(action: "watch" | "unwatch", symbols: readonly string[]): void {
    this.#orders.watch(action, symbols, this.#sessions);
  }

  /** Wants to be told which symbols there are. */
  askSymbols(): void {
    this.#orders.ask(this.#sessions);
  }

  /** Wants to be told the time, or how the pipeline works. */
  ask(action: "ping" | "operations"): void {
    this.#session?.ask(action);
  }

  /** Does not wait any longer: not for the next attempt, nor for a connection that has fallen silent. */
  connectNow(): void {
    if (this.#retry.isPlanned || (this.#pulse.isSilent && this.#next === undefined)) this.#connect();
  }

  get #sessions(): readonly Session[] {
    return [this.#session, this.#next].filter((session) => session !== undefined);
  }

  #connect(): void {
    this.#retry.cancel();
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => this.#connect(), this.#renewalMs());
    if (this.#session === undefined) this.#enter({ kind: "connecting" });
    this.#next?.close();
    this.#next = undefined;
    const events: SessionEvents = {
      onReady: () => this.#orders.tell(session),
      onWhole: () => this.#whole(session),
      onMessage: (message, bytes) => {
        if (session === this.#session) this.#pulse.hear();
        this.#options.onMessage?.(message, bytes);
      },
      onPanes: () => this.#updated(session),
      onStatus: (status) => this.#beat(session, status),
      onSymbols: (part) => {
        this.#orders.answered();
        this.#options.onSymbols(part);
        this.#options.onChange();
      },
      onFault: (fault) => this.#fault(session, fault),
      onEnd: (hasOpened) => this.#ended(session, hasOpened ? "ended" : "unreachable"),
    };
    const session = new Session(this.#options.openSocket(), events, this.#known);
    session.wish(this.#wishes);
    this.#next = session;
    this.#patience.watch(session, () => session === this.#next && this.#give(session, "hung"));
  }

  #renewalMs(): number {
    const [least, most] = RENEW_SHARES;
    return (most - Math.random() * (most - least)) * this.#options.connectionMs;
  }

  #whole(session: Session): void {
    // a successor goes on from what the one before knew
    if (session === this.#session || this.#session === undefined) this.#pulse.hold(session.watermarkMs);
    if (session === this.#next) {
      this.#session?.close();
      this.#session = session;
      this.#next = undefined;
      this.#known = session;
      this.#retry.succeed();
      this.#patience.note(false);
      this.#trouble &&= { backAtMs: Date.now(), ...this.#trouble };
      this.#pulse.hear();
      if (this.status !== undefined) this.#awaitBeat(session);
      this.#enter({ kind: "live" });
    }
    this.#options.onChange();
  }

  #updated(session: Session): void {
    this.#updatedAtMs = performance.now();
    if (session === this.#session || session === this.#shown) this.#options.onChange();
  }

  #beat(session: Session, status: PipelineStatus): void {
    this.#pulse.beat(session, status);
    if (session !== this.#session) return;
    this.#options.onChange();
    this.#awaitBeat(session);
  }

  /** The next heartbeat must come in time, a first one too where servers beat: they may forget whom they answered. */
  #awaitBeat(session: Session): void {
    clearTimeout(this.#heartbeat);
    this.#heartbeat = setTimeout(() => this.#session === session && this.#give(session, "silent"), HEARTBEAT_MS);
  }

  #fault(session: Session, fault: SessionFault): void {
    this.#options.onFault(fault);
    if (ASKED_AGAIN.has(fault.code)) session.askSoon();
  }

  #ended(session: Session, kind: TroubleKind): void {
    const wasLive = session === this.#session;
    if (wasLive) this.#session = undefined;
    else if (session === this.#next) this.#next = undefined;
    else return;
    this.#trouble = troubleAfter(this.#trouble, kind, wasLive);
    if (this.#next === undefined) this.#fail();
  }

  /** Closes a connection that does not do its work, and takes it for ended. */
  #give(session: Session, kind: TroubleKind): void {
    if (kind === "hung") this.#patience.note(true);
    session.close();
    this.#ended(session, kind);
  }

  /** Tries again after a pause; while a session is left, nobody needs to know. */
  #fail(): void {
    this.#retry.plan(() => this.#connect());
    if (this.#session === undefined) this.#enter({ kind: "waiting", untilMs: this.#retry.atMs });
  }

  #keepAlive(): void {
    this.#known?.forget();
    if (this.#session === undefined) return;
    if (this.#pulse.silenceMs > SILENCE_MS) this.#give(this.#session, "silent");
    else this.#session.ask("ping");
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    this.#options.onChange();
  }
}
