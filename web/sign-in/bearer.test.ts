import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Bearer } from "./bearer.ts";
import type { Grant } from "./grant.ts";
import { RefusedSignIn, type Issuer } from "./issuer.ts";

const HOME = new URL("https://desk.example/");
const SIGN_IN = new URL("https://issuer.example/sign-in");
const SIGN_OUT = new URL("https://issuer.example/sign-out");

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const grant = (token: string, lifeMs = 600_000, renewal?: string): Grant => ({
  token,
  untilMs: Date.now() + lifeMs,
  ...(renewal === undefined ? {} : { renewal }),
});

/** A bearer whose issuer is the test, in a tab that keeps `kept`. */
const open = (given: Partial<Issuer> = {}, kept = new Map<string, string>()) => {
  const gone: string[] = [];
  const asked: unknown[] = [];
  const unasked = (): never => {
    throw new RangeError("nobody asked for this");
  };
  const issuer: Issuer = {
    begin: async () => ({ address: SIGN_IN, begun: { state: "s", nonce: "n", verifier: "v" } }),
    finish: async (answer, begun) => {
      asked.push(answer.get("code"), begun.state);
      return grant("first");
    },
    renew: unasked,
    end: async () => SIGN_OUT,
    ...given,
  };
  const place = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const bearer = new Bearer({ issuer, place, go: ({ href }) => gone.push(href), onChange: () => undefined });
  return { bearer, gone, asked, kept };
};

const answer = new URLSearchParams({ code: "c", state: "s" });

/** One that came back from the issuer, which said this. */
const openSignedIn = async (finish: Issuer["finish"], given: Partial<Issuer> = {}) => {
  const { kept, bearer: before } = open();
  await before.begin("#s=IBM");
  const opened = open({ finish, ...given }, kept);
  opened.bearer.enter(answer);
  await opened.bearer.token().catch(() => undefined);
  return opened;
};

describe("a reader", () => {
  test("goes to the issuer and comes back, to what was shown before", async () => {
    const { bearer, gone, kept } = open();
    expect(bearer.standing).toEqual({ isIn: false, said: undefined });
    await expect(bearer.token()).rejects.toThrow("a reader must be signed in, is not");
    await bearer.begin("#s=IBM&i=1m");
    expect(gone).toEqual([SIGN_IN.href]);
    const back = open({}, kept);
    expect(back.bearer.enter(answer)).toBe("#s=IBM&i=1m");
    expect(await back.bearer.token()).toBe("first");
    expect([back.asked, back.bearer.standing.isIn]).toEqual([["c", "s"], true]);
    // the page is loaded again
    expect(await open({}, kept).bearer.token()).toBe("first");
    // an answer is good once
    expect(back.bearer.enter(answer)).toBeUndefined();
    expect([back.asked.length, await back.bearer.token()]).toEqual([2, "first"]);
    const { bearer: stranger } = open();
    expect(stranger.enter(answer)).toBeUndefined();
    expect(stranger.standing).toEqual({ isIn: false, said: { words: "That sign-in was not begun in this tab." } });
  });

  test("that the issuer refuses is told its words, and one that nobody answers is told that", async () => {
    const refused = await openSignedIn(() => Promise.reject(new RefusedSignIn("The issuer refused: no.")));
    expect(refused.bearer.standing).toEqual({ isIn: false, said: { words: "The issuer refused: no." } });
    const unheard = await openSignedIn(() => Promise.reject(new TypeError("fetch failed")));
    expect(unheard.bearer.standing.said?.words).toBe("The issuer of tokens does not answer.");
    const { bearer, gone } = open({ begin: () => Promise.reject(new TypeError("fetch failed")) });
    await bearer.begin("");
    expect([bearer.standing.said?.words, gone]).toEqual(["The issuer of tokens does not answer.", []]);
  });

  test("signs out here and at the issuer, or here alone where the issuer does not answer", async () => {
    const { bearer, gone, kept } = await openSignedIn(async () => grant("first"));
    await bearer.end(HOME);
    expect([bearer.standing.isIn, kept.size, gone]).toEqual([false, 0, [SIGN_OUT.href]]);
    const end = () => Promise.reject(new TypeError("fetch failed"));
    const other = await openSignedIn(async () => grant("first"), { end });
    await other.bearer.end(HOME);
    expect(other.gone).toEqual([HOME.href]);
  });

  test("whom the server refuses is out, and told so", async () => {
    const { bearer, kept } = await openSignedIn(async () => grant("first"));
    bearer.refuse();
    expect(bearer.standing).toEqual({ isIn: false, said: { words: "The server refuses this sign-in." } });
    expect(kept.size).toBe(0);
  });
});

describe("a token", () => {
  test("is renewed in time, though nobody asks for it, and once where many do", async () => {
    const renewals: string[] = [];
    const renew = async (renewal: string): Promise<Grant> => {
      renewals.push(renewal);
      return grant(`after ${renewal}`, 600_000, `${renewal}+`);
    };
    const { bearer } = await openSignedIn(async () => grant("first", 600_000, "r"), { renew });
    await vi.advanceTimersByTimeAsync(479_999);
    expect(renewals).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect([renewals, await bearer.token()]).toEqual([["r"], "after r"]);
    // the machine slept, and no timer went off
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(await Promise.all([bearer.token(), bearer.token()])).toEqual(["after r+", "after r+"]);
    expect(renewals).toEqual(["r", "r+"]);
  });

  test("that cannot be renewed is over at its end, and the reader is told", async () => {
    const { bearer } = await openSignedIn(async () => grant("first", 60_000));
    await vi.advanceTimersByTimeAsync(59_999);
    expect(await bearer.token()).toBe("first");
    await vi.advanceTimersByTimeAsync(1);
    expect(bearer.standing).toEqual({ isIn: false, said: { words: "Your sign-in is over." } });
  });

  test("is shown to its end while the issuer does not answer, which is asked again", async () => {
    let isUp = false;
    const renew = async (): Promise<Grant> => {
      if (!isUp) throw new TypeError("fetch failed");
      return grant("second", 600_000, "r");
    };
    const { bearer } = await openSignedIn(async () => grant("first", 100_000, "r"), { renew });
    await vi.advanceTimersByTimeAsync(90_000);
    expect(await bearer.token()).toBe("first");
    expect(bearer.standing.said?.words).toBe("The issuer of tokens does not answer. It is asked again.");
    await vi.advanceTimersByTimeAsync(11_000);
    await expect(bearer.token()).rejects.toThrow("a reader must be signed in, is not");
    expect(bearer.standing.isIn).toBe(true);
    isUp = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect([await bearer.token(), bearer.standing.said]).toEqual(["second", undefined]);
  });

  test("that the issuer does not renew is over", async () => {
    const renew = () => Promise.reject(new RefusedSignIn("The issuer refused: grant is gone."));
    const { bearer } = await openSignedIn(async () => grant("first", 100_000, "r"), { renew });
    await vi.advanceTimersByTimeAsync(80_000);
    expect(bearer.standing).toEqual({ isIn: false, said: { words: "The issuer refused: grant is gone." } });
    await expect(bearer.token()).rejects.toThrow(RangeError);
  });
});
