import { backoffMs, type Backoff } from "#core/backoff.ts";
import { Answer } from "#core/protocol/answer.ts";
import { CLIENT_LIMITS, clientMessageText, type ClientMessage } from "#core/protocol/client-message.ts";
import type { Holding } from "#core/protocol/holding.ts";
import type { PipelineStatus } from "#core/protocol/pipeline-status.ts";
import { Register } from "#core/protocol/register.ts";
import type { ServerMessage, SnapshotHead } from "#core/protocol/server-message.ts";
import { durationMs, type DurationMs, type EpochMs } from "#core/units.ts";
import { readServerText, type SessionFault, type Told } from "./server-text.ts";
import { inGroups } from "./symbol-list.ts";

/** Wanted from the server: the last bars of some symbols, and what changes. */
export interface Wish {
  readonly symbols: readonly string[];
  readonly intervalMs: DurationMs;
  readonly bars: number;
}

/** A part of what the server knows of symbols. */
export type SymbolsPart = Extract<ServerMessage, { readonly type: "symbols" }>;

/** What the server knows of a symbol. */
export type KnownSymbol = SymbolsPart["symbols"][number];

export interface SessionEvents {
  /** Messages can be sent, or must be sent again. */
  onReady(): void;
  /** All that was wished for has come. */
  onWhole(): void;
  /** Something of so many bytes came, if only a sign of life. */
  onMessage(message: Told, bytes: number): void;
  /** There are new panes in the register, all that were told at once. */
  onPanes(): void;
  onStatus(status: PipelineStatus): void;
  onSymbols(part: SymbolsPart): void;
  onFault(fault: SessionFault): void;
  /** The connection is over, or never came to be. */
  onEnd(hasOpened: boolean): void;
}

/** The part of a browser's WebSocket that a session needs. */
export type Socket = Pick<WebSocket, "send" | "close" | "addEventListener" | "readyState">;

const OPEN = 1;

/** What may be missing is asked for again so soon, and later where that does not help. */
const ASK_AGAIN: Backoff = { firstMs: durationMs(2_000), longestMs: durationMs(60_000) };
/** A server tells a busy connection a few times, and then no more: an answer that has not come by then may never. */
const ANSWER_MS = 20_000;

type SnapshotMessage = Extract<ServerMessage, { readonly type: "snapshot" }>;

/**
 * One connection and what it has told. Wishes made before it opens are sent then. A session that ended is not used again:
 * its successor asks for whatever changed since the last whole answer, so that nothing missed in between is missed for
 * good, and keeps the rest of what was known.
 */
export class Session {
  readonly register = new Register();
  readonly #socket: Socket;
  readonly #events: SessionEvents;
  /** Per wish that is not wholly answered, what has come of the answer. */
  readonly #awaited = new Map<string, Answer>();
  /** Per wish, what its answer told; undefined when it may be a mixture of two. */
  readonly #holdings = new Map<string, Holding | undefined>();
  /** Whose knowledge is taken over once all is answered. */
  #before: Session | undefined;
  readonly #answers: SnapshotHead[] = [];
  #wishes: readonly Wish[] = [];
  #isOver = false;
  /** Whether all was answered once; before, whoever opened this one has no patience without end. */
  #wasWhole = false;
  #signs = 0;
  #watermarkMs: EpochMs | undefined;
  /** How often all was asked for again. */
  #repeats = 0;
  #isRepeating = false;

  constructor(socket: Socket, events: SessionEvents, before?: Session) {
    this.#socket = socket;
    this.#events = events;
    this.#before = before;
    socket.addEventListener("open", () => {
      this.#signs++;
      this.#askAll();
    });
    socket.addEventListener("message", ({ data }) => this.#take(String(data)));
    socket.addEventListener("close", () => this.#end());
  }

  /** Whether an answer to a wish is still to come. */
  get isAwaiting(): boolean {
    return this.#awaited.size > 0;
  }

  /** Whether this is wished for and has been answered whole. */
  knows(wish: Wish): boolean {
    const [text, key] = [wishText(wish), answerText(wish)];
    return this.#wishes.some((each) => wishText(each) === text) && this.#holdings.has(key) && !this.#awaited.has(key);
  }

  /** Asks for what was not wished for before, and gives up what no longer is. */
  wish(wishes: readonly Wish[]): void {
    const before = this.#wishes;
    const dropped = dropWishes(before, wishes);
    const asked = new Set(before.map(wishText));
    this.#wishes = wishes;
    if (!this.isOpen) return;
    for (const wish of wishes) if (!asked.has(wishText(wish)) && !this.#takePart(wish, before)) this.#ask(wish);
    const keys = new Set(wishes.map(answerText));
    for (const key of this.#holdings.keys()) if (!keys.has(key)) this.#holdings.delete(key);
    for (const { symbols, intervalMs } of dropped) this.#send({ action: "unsubscribe", symbols, intervalMs });
  }

  /** Forgets what is older than any wish, or no longer wished for. */
  forget(): void {
    this.register.keep(this.#wishes);
  }

  /** Asks for everything again in a while, as after an answer that failed: once, however often this is called. */
  askSoon(): void {
    if (this.#isRepeating) return;
    this.#isRepeating = true;
    setTimeout(
      () => {
        this.#isRepeating = false;
        if (this.isOpen) this.#askAll();
      },
      backoffMs(ASK_AGAIN, ++this.#repeats, 1),
    );
  }

  /** The watermark of what the last answers had, undefined where the server did not say. */
  get watermarkMs(): EpochMs | undefined {
    return this.#watermarkMs;
  }

  /** How many signs of life there were. */
  get signs(): number {
    return this.#signs;
  }

  /** Whether messages can be sent. */
  get isOpen(): boolean {
    return this.#socket.readyState === OPEN;
  }

  /** Wants to be told something. */
  ask(action: "ping" | "symbols" | "operations"): void {
    if (this.isOpen) this.#send({ action });
  }

  /** Wants a sign of life. */
  ping(): void {
    this.ask("ping");
  }

  /** Wants to be told which symbols there are. */
  askSymbols(): void {
    this.ask("symbols");
  }

  /** Wants feeds to fetch these symbols, or no more. */
  watch(action: "watch" | "unwatch", symbols: readonly string[]): void {
    if (this.isOpen) for (const group of inGroups(symbols)) this.#send({ action, symbols: group });
  }

  close(): void {
    this.#isOver = true;
    this.#socket.close();
  }

  #askAll(): void {
    for (const wish of this.#wishes) this.#ask(wish);
    this.#events.onReady();
  }

  #ask(wish: Wish): void {
    const key = answerText(wish);
    const isFirst = !this.#holdings.has(key) && !this.#awaited.has(key);
    if (this.#awaited.has(key)) this.#holdings.set(key, undefined);
    const answer = new Answer();
    this.#awaited.set(key, answer);
    if (this.#wasWhole) setTimeout(() => this.#awaited.get(key) === answer && this.askSoon(), ANSWER_MS);
    const since = isFirst && this.#before !== undefined ? this.#before.#holdings.get(key) : undefined;
    const resume = since && since.upTo.size > 0 && clientMessageText({ action: "resume", ...wish, since });
    if (resume && resume.length <= CLIENT_LIMITS.messageLength) this.#socket.send(resume);
    else this.#send({ action: "subscribe", ...wish });
  }

  /** Of a part of what was answered whole, all is known. */
  #takePart(wish: Wish, wishes: readonly Wish[]): boolean {
    const whole = wishes.find((each) => isPart(wish, each) && !this.#awaited.has(answerText(each)));
    const holding = whole && this.#holdings.get(answerText(whole));
    if (holding !== undefined) this.#holdings.set(answerText(wish), holding);
    return holding !== undefined;
  }

  #send(message: ClientMessage): void {
    this.#socket.send(clientMessageText(message));
  }

  #take(text: string): void {
    if (this.#isOver) return;
    const message = readServerText(text);
    this.#signs++;
    this.#events.onMessage(message, text.length);
    if (message.type === "error") this.#events.onFault(message);
    else if (message.type === "heartbeat") this.#events.onStatus(message);
    else if (message.type === "symbols") this.#events.onSymbols(message);
    if (message.type !== "snapshot" && message.type !== "update") return;
    this.register.apply(message.panes);
    if (message.part === message.parts) this.#events.onPanes();
    if (message.type === "snapshot") this.#takeAnswer(message);
  }

  #takeAnswer(message: SnapshotMessage): void {
    const key = answerText(message);
    const holding = this.#awaited.get(key)?.take(message);
    if (holding === undefined) return;
    this.#awaited.delete(key);
    this.#answers.push(message);
    this.#watermarkMs = message.watermarkMs;
    const isMixed = this.#holdings.has(key) && this.#holdings.get(key) === undefined;
    this.#holdings.set(key, isMixed ? undefined : holding);
    if (this.isAwaiting) return;
    this.#wasWhole = true;
    this.#takeOver();
    this.#events.onWhole();
  }

  /**
   * Keeps what the one before knew of the same shards: an update may have told it of panes that are not stored yet, or
   * that this one was just too late for. Shards of a stream that was created anew have other names.
   */
  #takeOver(): void {
    for (const { symbols, intervalMs, fromMs, upTo, isRest } of this.#answers.splice(0)) {
      const known = this.#before?.register.panesFor(symbols, intervalMs, fromMs) ?? [];
      this.register.apply(known.filter(({ shard }) => isRest || upTo.has(shard)));
    }
    this.#before = undefined;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.onEnd(this.#signs > 0);
  }
}

const answerText = ({ symbols, intervalMs }: Pick<Wish, "symbols" | "intervalMs">): string =>
  `${intervalMs}|${symbols.join("|")}`;

const isPart = (wish: Wish, { symbols, intervalMs, bars }: Wish): boolean =>
  intervalMs === wish.intervalMs && bars === wish.bars && wish.symbols.every((symbol) => symbols.includes(symbol));

const wishText = (wish: Wish): string => `${wish.bars}|${answerText(wish)}`;

/** What is no longer wished for: by interval, the symbols that no wish of that interval names any more. */
const dropWishes = (before: readonly Wish[], after: readonly Wish[]): readonly Omit<Wish, "bars">[] =>
  before.flatMap(({ symbols, intervalMs }) => {
    const kept = new Set(after.flatMap((wish) => (wish.intervalMs === intervalMs ? wish.symbols : [])));
    const dropped = symbols.filter((symbol) => !kept.has(symbol));
    return dropped.length === 0 ? [] : [{ symbols: dropped, intervalMs }];
  });
