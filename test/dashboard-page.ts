import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import type { Dash } from "../web/dashboard.ts";

export const PATIENT = { timeout: 15_000, interval: 50 };
export const DESKTOP = { viewport: { width: 1_280, height: 800 } };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** What the page shows, undefined before it has begun. */
export const look = (page: Page): Promise<Dash | undefined> => page.evaluate<Dash | undefined>("window.__dash");

/** Presses keys, one after another. */
export const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

/** Waits until all that the page shows has been answered by the server. */
export const isWhole = async (page: Page): Promise<void> => {
  await expect.poll(async () => (await look(page))?.isWhole, PATIENT).toBe(true);
};

export interface PageOptions extends BrowserContextOptions {
  readonly url: string;
  /** Runs before the page's own scripts. */
  readonly script?: string;
}

/** What the page may not do by its policy, whoever tries it. */
const TELL_VIOLATIONS = `
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    console.error("forbidden by policy:", violatedDirective, blockedURI));
`;

/**
 * A page of a reader of its own, once all that it shows has come. What the browser complains of is added to `complaints`,
 * but for connections that failed.
 */
export const openPage = async (
  browser: Browser,
  complaints: string[],
  { url, script = "", ...options }: PageOptions,
): Promise<Page> => {
  const context = await browser.newContext(options);
  await context.addInitScript(TELL_VIOLATIONS);
  if (script !== "") await context.addInitScript(script);
  const page = await context.newPage();
  const complain = (text: string): void => {
    // the browser itself tells of each connection that failed, of those for a ticket too
    if (!/^WebSocket connection to|net::ERR_(CONNECTION_\w+|EMPTY_RESPONSE)$/.test(text)) complaints.push(text);
  };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complain(message.text());
  });
  page.on("pageerror", (error) => complain(String(error)));
  await page.goto(url);
  await isWhole(page);
  return page;
};
