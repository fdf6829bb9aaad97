import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import type { StageView } from "./chart-stage.ts";
import type { Choice } from "./choice.ts";
import {
  backWords,
  lookOf,
  noticeWords,
  stateWord,
  stateWords,
  troubleWords,
  updatedWords,
  type ConnectionView,
} from "./connection-words.ts";
import { byId, setText } from "./element.ts";
import { emptyWords, lateWords } from "./empty-words.ts";
import type { Feed } from "./feed.ts";
import { NoticeList } from "./notice-list.ts";
import type { Notice } from "./notices.ts";
import { showCounts } from "./operations/counts.ts";
import { completeWords, feedWords } from "./pipeline-words.ts";
import type { Said } from "./sign-in/bearer.ts";
import type { SignIn } from "./sign-in/sign-in.ts";
import type { Suggestions } from "./suggestions.ts";
import { agoWords, secondWords } from "./words.ts";

/** A loss is worth a word from here on. */
const LAPSE_MS = 1_000;

/** Where there is nothing to wait for, or too little. */
const HAS_NO_HURRY: ReadonlySet<string> = new Set(["live", "connecting", "signed-out"]);

/** Says how the page stands with the server, and how the server stands with its trades. */
export class Status {
  readonly #feed: Feed;
  readonly #config: DashboardConfig;
  readonly #known: Suggestions;
  readonly #happened: Notice[];
  readonly #signIn: SignIn | undefined;
  readonly #notices = new NoticeList();
  #toldBackAtMs: number | undefined;
  #told: Said | undefined;

  /** What happens is taken from `happened` when it is told. */
  constructor(feed: Feed, config: DashboardConfig, known: Suggestions, happened: Notice[], signIn?: SignIn) {
    this.#feed = feed;
    this.#config = config;
    this.#known = known;
    this.#happened = happened;
    this.#signIn = signIn;
    document.addEventListener("visibilitychange", () => feed.connectNow());
    window.addEventListener("online", () => feed.connectNow());
    byId("now").addEventListener("click", () => feed.connectNow());
  }

  /** Shows how things stand while the page shows `choice`. */
  show(choice: Choice): void {
    const { state, trouble, pulse } = this.#feed;
    const isStale = state.kind === "live" && pulse.isSilent;
    const isAgain = trouble !== undefined;
    const view = { state, nowMs: performance.now(), isOnline: navigator.onLine, isStale, isAgain };
    this.#tellBack();
    this.#tellSignIn();
    this.#showConnection({ ...view, isSignedOut: this.#isSignedOut });
    this.#showPipeline(lookOf(view) !== "live");
    for (const notice of this.#happened.splice(0)) this.#notices.say(notice.code, noticeWords(notice, choice));
    this.#notices.tidy();
  }

  get #isSignedOut(): boolean {
    return this.#signIn?.standing.isIn === false;
  }

  /** Whether the socket itself is shown who reads, and may refuse. */
  get #showsToken(): boolean {
    return this.#signIn !== undefined && this.#config.ticketsUrl === undefined;
  }

  /** What the charts are to say where they have no bars of a choice. */
  chartWords(choice: Choice): Pick<StageView, "emptyWords" | "lateWords"> {
    return { emptyWords: this.#emptyWords(choice.symbol), lateWords: lateWords(choice, this.#isSignedOut) };
  }

  #emptyWords(symbol: string): string {
    const { symbols, hasOwnSymbols = false } = this.#config;
    return emptyWords({
      symbol,
      known: this.#known.of(symbol),
      isAsked: this.#known.isWhole,
      isForeign: hasOwnSymbols && !symbols.includes(symbol),
      feed: this.#feed.status?.feed,
    });
  }

  /** Tells once of a connection that was lost and is back. */
  #tellBack(): void {
    const { trouble } = this.#feed;
    if (trouble?.backAtMs === undefined || trouble.backAtMs === this.#toldBackAtMs) return;
    this.#toldBackAtMs = trouble.backAtMs;
    const { lostAtMs, backAtMs } = trouble;
    if (lostAtMs !== undefined && backAtMs - lostAtMs >= LAPSE_MS)
      this.#notices.say("back", backWords(lostAtMs, backAtMs));
  }

  #tellSignIn(): void {
    const said = this.#signIn?.standing.said;
    if (said === this.#told) return;
    this.#told = said;
    if (said === undefined) this.#notices.unsay("sign-in");
    else this.#notices.say("sign-in", said.words);
  }

  #showConnection(view: ConnectionView): void {
    const look = lookOf(view);
    const { trouble, pulse, ageMs, status } = this.#feed;
    byId("state").dataset["state"] = look;
    setText(byId("state"), stateWords(view));
    setText(byId("said"), [stateWord(view), ...(look === "live" && status ? [feedWords(status.feed)] : [])].join(". "));
    const wrong = trouble === undefined ? "" : troubleWords(trouble, this.#showsToken);
    const away = view.isStale ? `nothing heard for ${agoWords(pulse.silenceMs)}` : wrong;
    setText(byId("age"), look === "live" ? updatedWords(ageMs) : look === "signed-out" ? "" : away);
    byId("age").title = trouble ? `last trouble at ${secondWords(trouble.atMs)}: ${wrong}` : "";
    this.#offerNow(!HAS_NO_HURRY.has(look));
  }

  /** Shows the button, or hides it and leaves the keyboard where it was. */
  #offerNow(isOffered: boolean): void {
    const button = byId("now");
    const hadFocus = document.activeElement === button;
    button.hidden = !isOffered;
    if (hadFocus && !isOffered) byId("state").focus();
  }

  #showPipeline(isOld: boolean): void {
    const { status } = this.#feed;
    byId("pipeline").hidden = status === undefined;
    if (status === undefined) return;
    const { timeMs, feed, counts } = status;
    byId("pipeline").classList.toggle("old", isOld);
    byId("pipeline").dataset["feed"] = feed;
    setText(byId("asOf"), isOld ? `as of ${secondWords(timeMs)}:` : "");
    setText(byId("feed"), feedWords(feed));
    setText(byId("complete"), completeWords(status));
    showCounts(counts);
  }
}
