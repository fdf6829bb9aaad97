import { dueMs, type Grant } from "./grant.ts";
import { RefusedSignIn, type Begun, type Issuer } from "./issuer.ts";

/** A sentence about something that happened; each time it is an object of its own. */
export interface Said {
  readonly words: string;
}

/** How the reader stands with the issuer, and what is to be said of it. */
export interface Standing {
  readonly isIn: boolean;
  readonly said: Said | undefined;
}

export interface BearerDeps {
  readonly issuer: Issuer;
  /** Of this tab alone, and gone with it. */
  readonly place: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  readonly go: (address: URL) => void;
  readonly onChange: () => void;
}

const GRANT = "tapestream.grant";
const BEGUN = "tapestream.sign-in";
const AGAIN_MS = 30_000;
/** No issuer is asked more often, however short its tokens live. */
const LEAST_MS = 1_000;
/** What setTimeout can count to. */
const LONGEST_MS = 2 ** 31 - 1;
const SILENT = "The issuer of tokens does not answer.";

type KeptGrant = Grant & { readonly dueMs: number };
type KeptBegun = Begun & { readonly hash: string };

/** Who reads: signs in and out, and has a token that is good as long as the issuer lets it be. */
export class Bearer {
  readonly #deps: BearerDeps;
  #grant: KeptGrant | undefined;
  #said: Said | undefined;
  /** Under way: signing in, or renewing. */
  #work: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: BearerDeps) {
    this.#deps = deps;
    this.#grant = this.#read(GRANT) as KeptGrant | undefined;
    this.#watch();
  }

  get standing(): Standing {
    return { isIn: this.#grant !== undefined || this.#work !== undefined, said: this.#said };
  }

  /** A token that is good now, renewed where it must be. Rejects when there is none to be had. */
  async token(): Promise<string> {
    await this.#work;
    if (this.#grant !== undefined && Date.now() >= this.#grant.dueMs) await this.#renew();
    const grant = this.#grant;
    if (grant === undefined || Date.now() >= grant.untilMs) throw new RangeError("a reader must be signed in, is not");
    return grant.token;
  }

  /** Sends the reader to the issuer. `hash` is what the address is to name afterwards. */
  async begin(hash: string): Promise<void> {
    try {
      const { address, begun } = await this.#deps.issuer.begin();
      this.#deps.place.setItem(BEGUN, JSON.stringify({ ...begun, hash } satisfies KeptBegun));
      this.#deps.go(address);
    } catch (error) {
      this.#leave(error instanceof RefusedSignIn ? error.message : SILENT);
    }
  }

  /**
   * Takes the answer that the reader came back with, and returns the hash that was to be named. An answer that this tab did
   * not wait for does nothing: anybody can make an address that looks like one.
   */
  enter(answer: URLSearchParams): string | undefined {
    const begun = this.#read(BEGUN) as KeptBegun | undefined;
    this.#deps.place.removeItem(BEGUN);
    if (begun !== undefined) void this.#do(async () => this.#take(await this.#deps.issuer.finish(answer, begun)));
    else if (this.#grant === undefined) this.#leave("That sign-in was not begun in this tab.");
    return begun?.hash;
  }

  /** Notes that the server does not take the token. */
  refuse(): void {
    this.#leave("The server refuses this sign-in.");
  }

  /** Forgets who reads, here and at the issuer; `home` is shown if that has no page to sign out at. */
  async end(home: URL): Promise<void> {
    await this.#work;
    const renewal = this.#grant?.renewal;
    this.#leave();
    this.#deps.go((await this.#deps.issuer.end(renewal).catch(() => undefined)) ?? home);
  }

  #renew(): Promise<void> {
    const { renewal } = this.#grant!;
    if (renewal === undefined) {
      this.#leave("Your sign-in is over.");
      return Promise.resolve();
    }
    return this.#do(async () => this.#take(await this.#deps.issuer.renew(renewal)));
  }

  /** Does one thing at a time, and says why nothing came of it. */
  #do(work: () => Promise<void>): Promise<void> {
    const words = this.#grant === undefined ? SILENT : `${SILENT} It is asked again.`;
    this.#work ??= work()
      .catch((error: unknown) => {
        if (error instanceof RefusedSignIn) this.#leave(error.message);
        else this.#said = { words };
      })
      .finally(() => {
        this.#work = undefined;
        this.#watch();
        this.#deps.onChange();
      });
    return this.#work;
  }

  #take(grant: Grant): void {
    this.#grant = { ...grant, dueMs: dueMs(grant, Date.now()) };
    this.#said = undefined;
    this.#deps.place.setItem(GRANT, JSON.stringify(this.#grant));
  }

  #leave(words?: string): void {
    this.#grant = undefined;
    this.#said = words === undefined ? undefined : { words };
    this.#deps.place.removeItem(GRANT);
    clearTimeout(this.#timer);
    this.#deps.onChange();
  }

  /** Renews in time, though nobody asks for the token: an issuer may forget who is silent for long. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#grant === undefined) return;
    const waitMs = this.#grant.dueMs - Date.now();
    // it was due, and nobody answered
    const pauseMs = waitMs <= 0 && this.#said !== undefined ? AGAIN_MS : Math.max(LEAST_MS, waitMs);
    this.#timer = setTimeout(
      () => {
        if (this.#grant === undefined || this.#work !== undefined || Date.now() < this.#grant.dueMs) this.#watch();
        else void this.#renew();
      },
      Math.min(pauseMs, LONGEST_MS),
    );
  }

  #read(key: string): unknown {
    return JSON.parse(this.#deps.place.getItem(key) ?? "null") ?? undefined;
  }
}
