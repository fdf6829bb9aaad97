import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { openBrowser } from "./browser.ts";
import { DESKTOP, openPage, type PageOptions } from "./dashboard-page.ts";
import { openPageServer, type PageServer } from "./page-server.ts";

/** A browser and the page's server, from before the first test of a file until after the last. */
export interface PageStage {
  readonly browser: Browser;
  readonly server: PageServer;
  /** The page of a reader of its own at `path`, on a desk unless `options` say otherwise. */
  openPage(path?: string, options?: Partial<PageOptions>): Promise<Page>;
}

/**
 * Sets the stage for all tests of a file. A server that a test let fall silent answers again in the next; a test fails where
 * the browser complains of anything but connections that failed.
 */
export const setPageStage = (...given: Parameters<typeof openPageServer>): PageStage => {
  let browser: Browser;
  let server: PageServer;
  let complaints: string[] = [];
  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), openPageServer(...given)]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    complaints = [];
    server.isAnswering = true;
  });
  afterEach(() => {
    expect(complaints).toEqual([]);
  });
  return {
    get browser() {
      return browser;
    },
    get server() {
      return server;
    },
    openPage: (path = "", options = {}) =>
      openPage(browser, complaints, { ...DESKTOP, url: `${server.url}${path}`, ...options }),
  };
};
