import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import { readOperations, type Operations } from "#core/protocol/operations.ts";
import type { Told } from "../server-text.ts";
import { byId, setText } from "../element.ts";
import type { Feed } from "../feed.ts";
import { fetchFaults, type FaultList } from "./faults.ts";
import { Latency } from "./latency.ts";
import { ProblemLog, problemsOf } from "./problems.ts";
import { isQuestionDue } from "./question-pace.ts";
import { Recent, type Quantiles } from "./recent.ts";
import { ServerClock } from "./server-clock.ts";
import { Stages } from "./stages.ts";
import { Trends } from "./trends.ts";
import type { Seen } from "./part.ts";
import { View } from "./view.ts";
import { totalWords, tookWords } from "./words.ts";

/** What tests and tools may read of the overseer. */
export interface Overseen {
  readonly isOpen: boolean;
  readonly messages: number;
  readonly bytes: number;
  readonly total: Quantiles | undefined;
  readonly painting: Quantiles | undefined;
  readonly problems: readonly string[];
}

/** How often a server's clock is asked for: soon after one another until the first answers, and then now and then. */
const CLOCK_MS = { first: 2_000, firstTimes: 3, later: 120_000 } as const;
const REFRESH_MS = 1_000;

/** Watches over the page and its server: how long trades take, what comes, and what is wrong. */
export class Overseer {
  readonly #feed: Feed;
  readonly #config: DashboardConfig;
  readonly #clock = new ServerClock();
  readonly #latency = new Latency(this.#clock);
  readonly #stages = new Stages();
  #trends = new Trends();
  #problems = new ProblemLog();
  readonly #view: View;
  readonly #messages = new Recent();
  readonly #startedMs = Date.now();
  #counts = { messages: 0, bytes: 0, losses: 0 };
  #isConnected = false;
  #clockQuestions = 0;
  #clockAskedMs = 0;
  #openedMs = 0;
  #askedMs = 0;
  /** When the server last answered how it works, or could not be expected to. */
  #answeredMs = 0;
  #faults: FaultList | undefined;

  constructor(feed: Feed, config: DashboardConfig) {
    this.#feed = feed;
    this.#config = config;
    this.#view = new View(config, () => {
      this.#openedMs = this.#answeredMs = Date.now();
      this.#trends = new Trends();
      this.#problems = new ProblemLog();
      this.#tick();
    });
    document.addEventListener("visibilitychange", () => {
      // what is not in sight is neither painted nor asked for
      this.#latency.skip();
      this.#answeredMs = Date.now();
    });
    setInterval(() => this.#tick(), REFRESH_MS);
    this.#tick();
    this.#view.obeyAddress();
  }

  get seen(): Overseen {
    const nowMs = Date.now();
    const { messages, bytes } = this.#counts;
    return {
      isOpen: this.#view.isOpen,
      messages,
      bytes,
      total: this.#latency.total(nowMs),
      painting: this.#latency.painting(nowMs),
      problems: this.#view.isOpen ? this.#view.problems : [],
    };
  }

  took(message: Told, bytes: number): void {
    const nowMs = Date.now();
    this.#counts.messages++;
    this.#counts.bytes += bytes;
    this.#messages.add(bytes, nowMs);
    if (message.type === "update" && !document.hidden) this.#latency.took(message.panes, message.timeMs, nowMs);
    else if (message.type === "pong" && message.timeMs !== undefined) this.#clock.answer("ping", message.timeMs, nowMs);
    else if (message.type === "operations") {
      const answer = readOrNothing(message.body);
      if (answer !== undefined) this.#learn(answer, nowMs);
    }
  }

  /** A frame begins that shows all that came: it is painted once the browser does something else again. */
  shown(): void {
    setTimeout(() => {
      const nowMs = Date.now();
      for (const passage of this.#latency.painted(nowMs)) this.#stages.pass(passage, nowMs);
    });
  }

  #learn(answer: Operations, nowMs: number): void {
    if (answer.part === 1) this.#clock.answer("operations", answer.timeMs, nowMs);
    this.#answeredMs = nowMs;
    this.#trends.take(answer);
    for (const shard of answer.shards) this.#stages.tell(shard, nowMs);
    this.#view.show(this.#look(nowMs));
  }

  #tick(): void {
    const nowMs = Date.now();
    const isConnected = this.#feed.state.kind === "live";
    if (this.#isConnected && !isConnected) this.#counts.losses++;
    if (!this.#isConnected) this.#answeredMs = nowMs;
    this.#isConnected = isConnected;
    if (isConnected && !document.hidden) this.#ask(nowMs);
    if (document.hidden) return;
    this.#showTotal(nowMs);
    if (this.#view.isOpen) this.#view.show(this.#look(nowMs));
  }

  /** Asks what is due: how the pipeline works while somebody looks, else only for the time. */
  #ask(nowMs: number): void {
    if (this.#view.isOpen) {
      if (!isQuestionDue(nowMs, this.#askedMs, this.#answeredMs)) return;
      this.#askedMs = nowMs;
      this.#question("operations", nowMs);
      const { faults } = this.#config;
      if (faults !== undefined) void fetchFaults(faults).then((list) => (this.#faults = list ?? this.#faults));
      return;
    }
    const pauseMs = this.#clockQuestions < CLOCK_MS.firstTimes ? CLOCK_MS.first : CLOCK_MS.later;
    if (nowMs - this.#clockAskedMs < pauseMs) return;
    this.#clockQuestions++;
    this.#clockAskedMs = nowMs;
    this.#question("ping", nowMs);
  }

  #question(question: "ping" | "operations", nowMs: number): void {
    this.#clock.ask(question, nowMs);
    this.#feed.ask(question);
  }

  #showTotal(nowMs: number): void {
    const total = this.#latency.total(nowMs);
    setText(byId("latency"), total === undefined ? "" : `latency ${tookWords(total.p50)}`);
    byId("latency").setAttribute("aria-description", totalWords(total));
  }

  #look(nowMs: number): Seen {
    const { newest, shards } = this.#trends;
    const { status, pulse } = this.#feed;
    const gapMs = newest?.gapNoticedMs;
    const problems = problemsOf({
      isConnected: this.#isConnected,
      silenceMs: status === undefined ? 0 : pulse.silenceMs,
      unansweredMs: nowMs - this.#answeredMs,
      feed: status?.feed,
      shards,
      rejectedLately: this.#trends.rejectedSince(60_000),
      gapAgoMs: gapMs === undefined ? undefined : this.#clock.timeAt(nowMs) - gapMs,
    });
    return {
      problems: this.#problems.see(problems, nowMs),
      wellSinceMs: this.#problems.wellSinceMs,
      openedMs: this.#openedMs,
      status,
      source: newest?.source,
      shards,
      total: this.#latency.total(nowMs),
      painting: this.#latency.painting(nowMs),
      stages: this.#stages.quantiles(nowMs),
      clock: this.#clock.difference,
      messagesPerSecond: this.#messages.count(nowMs) / this.#spanSeconds(nowMs),
      bytesPerSecond: this.#messages.sum(nowMs) / this.#spanSeconds(nowMs),
      bytes: this.#counts.bytes,
      losses: this.#counts.losses,
      faults: this.#faults,
    };
  }

  #spanSeconds(nowMs: number): number {
    return Math.max(1, Math.min(60, (nowMs - this.#startedMs) / 1_000));
  }
}

/** A server of another build may tell it in other words, which is as if it did not answer. */
const readOrNothing = (body: Parameters<typeof readOperations>[0]): Operations | undefined => {
  try {
    return readOperations(body);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
};
