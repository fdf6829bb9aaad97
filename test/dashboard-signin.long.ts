import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BAR_COLUMNS } from "#core/bar-row.ts";
import type { Grant } from "../web/sign-in/grant.ts";
import { seriousFindings } from "./axe.ts";
import { openBrowser } from "./browser.ts";
import { DESKTOP, isWhole, look } from "./dashboard-page.ts";
import { openSignInIssuer, type SignInIssuer } from "./sign-in-issuer.ts";
import { strangeKey } from "./token-issuer.ts";
import { openTruthStage, type TruthStage } from "./truth-stage.ts";

/*
 * The page before the real pipeline and a real issuer, where only who is known may connect: once by tokens as they are, once
 * by tickets that a token gets.
 */

const PATIENT = { timeout: 20_000, interval: 100 };
const LONG = { timeout: 90_000 };
const HASH = "#s=IBM&i=10s";
const [START, TRADES] = [BAR_COLUMNS.indexOf("start"), BAR_COLUMNS.indexOf("trades")];

/** Keeps the sockets of a page at hand, to cut them, and tells what its policy forbids. */
const SCRIPT = `
  window.sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      window.sockets.push(this);
    }
  };
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    console.error("forbidden by policy:", violatedDirective, blockedURI));
`;

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

describe.each([
  { access: "jwt", refusal: /^the server does not answer, or refuses this sign-in/, notices: [] },
  { access: "ticket", refusal: /^$/, notices: ["The server refuses this sign-in."] },
])("a page where access is by $access of who signed in", ({ access, refusal, notices: refusals }) => {
  let issuer: SignInIssuer;
  let stage: TruthStage;
  /** Each address that any page asked for, sockets too, and whatever it complained of. */
  const addresses: string[] = [];
  const complaints: string[] = [];
  /** What no address and no log may hold. */
  const secrets = new Set<string>();

  beforeAll(async () => {
    issuer = await openSignInIssuer();
    const signIn = { issuer: issuer.url, clientId: issuer.clientId, scopes: ["openid"] };
    const settings = { access, jwtIssuer: issuer.url, jwtAudiences: "tape" };
    stage = await openTruthStage({ settings, signIn });
    issuer.serve(stage.url);
    for (const agoMs of [40_000, 30_000, 20_000, 0]) await stage.put(Date.now() - agoMs);
  });
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
    await issuer?.[Symbol.asyncDispose]();
  });

  const openContext = async (): Promise<BrowserContext> => {
    const context = await browser.newContext(DESKTOP);
    await context.addInitScript(SCRIPT);
    context.on("request", (request) => addresses.push(request.url()));
    context.on("console", (message) => complaints.push(message.text()));
    context.on("page", (page) => page.on("websocket", (socket) => addresses.push(socket.url())));
    return context;
  };
  const openPage = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(`${stage.url}${HASH}`);
    return page;
  };
  const state = (page: Page) => (): Promise<string | null> => page.textContent("#state");
  const notices = (page: Page) => (): Promise<readonly string[]> => page.locator(".notice span").allTextContents();
  const grantOf = async (page: Page): Promise<Required<Grant>> => {
    const text = await page.evaluate<string>(`sessionStorage.getItem("tapestream.grant")`);
    const grant = JSON.parse(text) as Required<Grant>;
    secrets.add(grant.token).add(grant.renewal);
    return grant;
  };
  const signIn = async (page: Page, name: string): Promise<void> => {
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByPlaceholder("Enter any login").fill(name);
    await page.getByPlaceholder("and password").fill("of a test");
    await page.getByRole("button", { name: "Sign-in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.waitForURL(`${stage.url}**`);
  };
  const openSignedIn = async (name: string): Promise<Page> => {
    const page = await openPage(await openContext());
    await signIn(page, name);
    await expect.poll(state(page), PATIENT).toBe("Live");
    await isWhole(page);
    await grantOf(page);
    return page;
  };
  /** Waits until the page shows every trade that was put into the stream, in bars that are the store's. */
  const equalsStore = async (page: Page): Promise<void> => {
    await expect
      .poll(async () => {
        const { bars } = (await look(page))!;
        const shown = bars.reduce((sum, row) => sum + Number(row[TRADES]), 0);
        if (shown < stage.tradesPut) return `${shown} of ${stage.tradesPut} trades`;
        const stored = await stage.stored("10s", Number(bars[0]![START]));
        return JSON.stringify(bars) === JSON.stringify(stored) ? "equal" : "different";
      }, PATIENT)
      .toBe("equal");
  };
  const cut = (page: Page): Promise<void> => page.evaluate("for (const socket of window.sockets) socket.close()");

  test("offers to sign in, and connects to nothing before", LONG, async () => {
    const page = await openPage(await openContext());
    await expect.poll(state(page), PATIENT).toBe("Signed out");
    expect(await page.textContent("#said")).toBe("Signed out");
    await expect.poll(() => page.textContent("#empty"), PATIENT).toBe("Sign in to see bars.");
    expect(await page.isVisible("#now")).toBe(false);
    expect(await page.evaluate("window.sockets.length")).toBe(0);
    expect(await notices(page)()).toEqual([]);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFindings(page)).toEqual([]);
    }
    await page.context().close();
  });

  test("shows the store's bars once somebody signed in, after a reload too, and signs out", LONG, async () => {
    const page = await openSignedIn("ada");
    expect(page.url()).toBe(`${stage.url}${HASH}`);
    await stage.put(Date.now());
    await equalsStore(page);
    await page.reload();
    await expect.poll(state(page), PATIENT).toBe("Live");
    await equalsStore(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Yes, sign me out" }).click();
    await page.waitForURL(stage.url);
    await expect.poll(state(page), PATIENT).toBe("Signed out");
    expect(issuer.asked).toContain("POST /token/revocation");
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
    await page.context().close();
  });

  test.each([
    ["for somebody else", { claims: { aud: "elsewhere" } }, "JwtInvalidAudienceError"],
    ["forged", { key: strangeKey() }, "JwtInvalidSignatureError"],
    ["over", { claims: { exp: 1_700_000_000 } }, "JwtExpiredError"],
  ] as const)("rejects a token that is %s, and says so", LONG, async (_, given, reason) => {
    const token = issuer.tokenOf(given);
    secrets.add(token);
    const context = await openContext();
    const untilMs = Date.now() + 600_000;
    const grant = JSON.stringify({ token, untilMs, dueMs: untilMs });
    await context.addInitScript(`sessionStorage.setItem("tapestream.grant", ${JSON.stringify(grant)})`);
    const page = await openPage(context);
    if (refusals.length > 0) {
      await expect.poll(notices(page), PATIENT).toEqual(refusals);
      expect(await state(page)()).toBe("Signed out");
    } else {
      await expect.poll(() => page.textContent("#age"), PATIENT).toMatch(refusal);
      expect(stage.logLines.some((line) => line.includes("token-refused") && line.includes(reason))).toBe(true);
    }
    expect(await page.getByRole("button", { name: /^Sign (in|out)$/ }).isEnabled()).toBe(true);
    await page.context().close();
  });

  test("asks an issuer whose tokens are for somebody else in vain", LONG, async () => {
    issuer.audience = "elsewhere";
    const page = await openPage(await openContext());
    await signIn(page, "eve");
    if (refusals.length > 0) await expect.poll(notices(page), PATIENT).toEqual(refusals);
    else await expect.poll(() => page.textContent("#age"), PATIENT).toMatch(refusal);
    issuer.audience = "tape";
    await page.context().close();
  });

  // the page hears what the issuer says in one way, however its socket is opened
  const once = access === "jwt" ? [access] : [];

  test.each(once)("says in a sentence that the issuer said no, and keeps what its address named", LONG, async () => {
    const page = await openPage(await openContext());
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("link", { name: "Cancel" }).click();
    await expect.poll(notices(page), PATIENT).toEqual([expect.stringMatching(/^The issuer refused: .*aborted.*\.$/)]);
    expect(page.url()).toBe(`${stage.url}${HASH}`);
    expect(await state(page)()).toBe("Signed out");
    await page.context().close();
  });

  test.each(once)("renews a token that is over, and loses no symbol by it", LONG, async () => {
    issuer.tokenSeconds = 5;
    const page = await openSignedIn("bea");
    await page.fill("#symbol", "TSLA");
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await look(page))?.symbol, PATIENT).toBe("TSLA");
    await page.click(".row >> text=IBM");
    const before = await grantOf(page);
    // nobody asks for it meanwhile
    await expect.poll(async () => (await grantOf(page)).token, PATIENT).not.toBe(before.token);
    await new Promise((resolve) => setTimeout(resolve, before.untilMs - Date.now() + 1_000));
    const socketCount = (): Promise<number> => page.evaluate<number>("window.sockets.length");
    const countBefore = await socketCount();
    await cut(page);
    await stage.put(Date.now());
    await expect.poll(socketCount, PATIENT).toBeGreaterThan(countBefore);
    await expect.poll(state(page), PATIENT).toBe("Live");
    expect(await page.locator(".row .symbol").allTextContents()).toEqual(["IBM", "SPY", "TSLA"]);
    await equalsStore(page);
    issuer.tokenSeconds = 600;
    await page.context().close();
  });

  test("leaves no token in an address, a log or the console, and keeps to its policy", () => {
    const said = [...addresses, ...issuer.addresses, ...complaints, ...stage.logLines].join("\n");
    expect(secrets.size).toBeGreaterThan(4);
    for (const secret of secrets) expect([secret, said.includes(secret)]).toEqual([secret, false]);
    expect(said).not.toMatch(/eyJ[\w-]+\.eyJ/);
    expect(said).not.toMatch(/id_token|access_token|refresh_token/);
    expect(complaints.filter((text) => text.includes("forbidden by policy"))).toEqual([]);
  });
});
