import { backoffMs, type Backoff } from "#core/backoff.ts";
import { CLIENT_LIMITS, clientMessageText, type ClientMessage } from "#core/protocol/client-message.ts";
import type { PipelineStatus } from "#core/protocol/pipeline-status.ts";
import { Register } from "#core/protocol/register.ts";
import type { ServerMessage, SnapshotHead } from "#core/protocol/server-message.ts";
import { durationMs, type EpochMs } from "#core/units.ts";
import { Answers, type SnapshotMessage } from "./answers.ts";
import { GivenUp } from "./given-up.ts";
import { readServerText, type SessionFault, type Told } from "./server-text.ts";
import { inGroups } from "./symbol-list.ts";
import { droppedWishes, wishText, type Wish } from "./wish.ts";

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

/** What may not be told of although it is wished for is asked for once more, so much later. */
const SETTLED_MS = 5_000;

/**
 * One connection and what it has told. Wishes made before it opens are sent then. A session that ended is not used again:
 * its successor asks for whatever changed since the last whole answer, so that nothing missed in between is missed for
 * good, and keeps the rest of what was known.
 */
export class Session {
  readonly register = new Register();
  readonly #socket: Socket;
  readonly #events: SessionEvents;
  readonly #answers = new Answers();
  /** The answers that came whole, until what was known before is taken over. */
  readonly #whole: SnapshotHead[] = [];
  /** Whose knowledge is taken over once all is answered. */
  #before: Session | undefined;
  #wishes: readonly Wish[] = [];
  #isOver = false;
  /** Whether all was answered once; before, whoever opened this one has no patience without end. */
  #wasWhole = false;
  #signs = 0;
  #watermarkMs: EpochMs | undefined;
  /** How often all was asked for again. */
  #repeats = 0;
  #isRepeating = false;
  readonly #givenUp = new GivenUp();
  /** Per wish that is to be asked for once more, what does. */
  readonly #unsettled = new Map<string, ReturnType<typeof setTimeout>>();

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
    return this.#answers.isAwaiting;
  }

  /** Whether this is wished for and has been answered whole. */
  knows(wish: Wish): boolean {
    const text = wishText(wish);
    return this.#wishes.some((each) => wishText(each) === text) && this.#answers.isWhole(wish);
  }

  /** Asks for what was not wished for before, and gives up what no longer is. */
  wish(wishes: readonly Wish[]): void {
    const before = this.#wishes;
    const dropped = droppedWishes(before, wishes);
    const asked = new Set(before.map(wishText));
    this.#wishes = wishes;
    if (!this.isOpen) return;
    for (const wish of wishes) {
      if (asked.has(wishText(wish)) || this.#answers.takePart(wish, before)) continue;
      this.#ask(wish);
      if (this.#givenUp.has(wish.symbols, wish.intervalMs, performance.now())) this.#askOnceMore(wish);
    }
    this.#answers.keep(wishes);
    for (const { symbols, intervalMs } of dropped) {
      this.#send({ action: "unsubscribe", symbols, intervalMs });
      this.#givenUp.add(symbols, intervalMs, performance.now());
    }
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
      backoffMs(ASK_AGAIN, ++this.#repeats, 0.5 + Math.random() / 2),
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

  /** Wants a sign of life, to be told which symbols there are, or how the pipeline works. */
  ask(action: "ping" | "symbols" | "operations"): void {
    if (this.isOpen) this.#send({ action });
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
    const isFirst = this.#answers.ask(wish);
    const answer = this.#answers.awaited(wish);
    if (this.#wasWhole) setTimeout(() => this.#answers.awaited(wish) === answer && this.askSoon(), ANSWER_MS);
    const since = isFirst && this.#before !== undefined ? this.#before.#answers.holding(wish) : undefined;
    const resume = since && since.upTo.size > 0 && clientMessageText({ action: "resume", ...wish, since });
    if (resume && resume.length <= CLIENT_LIMITS.messageLength) this.#socket.send(resume);
    else this.#send({ action: "subscribe", ...wish });
  }

  /** Asks again when all that was sent before has been obeyed; the answer may come beside that of before. */
  #askOnceMore(wish: Wish): void {
    const text = wishText(wish);
    clearTimeout(this.#unsettled.get(text));
    const asking = setTimeout(() => {
      this.#unsettled.delete(text);
      const isWished = this.#wishes.some((each) => wishText(each) === text);
      if (this.isOpen && isWished) this.#send({ action: "subscribe", ...wish });
    }, SETTLED_MS);
    this.#unsettled.set(text, asking);
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
    if (!this.#answers.take(message)) return;
    this.#whole.push(message);
    this.#watermarkMs = message.watermarkMs;
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
    for (const { symbols, intervalMs, fromMs, upTo, isRest } of this.#whole.splice(0)) {
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
