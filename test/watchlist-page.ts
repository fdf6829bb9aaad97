import type { Page } from "playwright-core";
import { look } from "./dashboard-page.ts";

/** The rows on the page, from the first to the last. */
export const symbolsOf = (page: Page): Promise<readonly string[]> => page.locator(".row .symbol").allTextContents();

export const chosen = async (page: Page): Promise<string | undefined> => (await look(page))?.symbol;

export const add = async (page: Page, symbol: string): Promise<void> => {
  await page.keyboard.press("/");
  await page.keyboard.type(symbol);
  await page.keyboard.press("Enter");
};

/** What a screen reader is told of the active row, and whether it can be seen. */
export const active = (page: Page) =>
  page.evaluate<{ symbol: string; row: string; isSelected: string; isSeen: boolean }>(`(() => {
    const grid = document.querySelector("#symbols");
    const row = document.getElementById(grid.getAttribute("aria-activedescendant"));
    const [box, frame] = [row.getBoundingClientRect(), grid.getBoundingClientRect()];
    return {
      symbol: row.querySelector(".symbol").textContent,
      row: row.getAttribute("aria-rowindex"),
      isSelected: row.getAttribute("aria-selected"),
      isSeen: box.top >= frame.top && box.bottom <= frame.bottom + 1 && box.left >= frame.left - 1,
    };
  })()`);
