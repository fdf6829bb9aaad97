import { describe, expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import type { TicketStore } from "./ticket-store.ts";

const ticket = (id: string) => ({ id, expiresAtMs: epochMs(60_000) });

/** What every ticket store must do. */
export const ticketStoreContract = (name: string, open: () => Promise<TicketStore & AsyncDisposable>): void => {
  describe(`TicketStore: ${name}`, () => {
    test("a ticket is used once", async () => {
      await using store = await open();
      expect(await store.use(ticket("a"), "c1")).toBe(true);
      expect(await store.use(ticket("a"), "c2")).toBe(false);
      expect(await store.use(ticket("b"), "c2")).toBe(true);
    });

    test("of many who use a ticket at once one is told so", async () => {
      await using store = await open();
      const uses = Array.from({ length: 20 }, (_, index) => store.use(ticket("a"), `c${index}`));
      expect((await Promise.all(uses)).filter((isFirst) => isFirst)).toHaveLength(1);
    });

    test("the one who used it may ask again, nobody else", async () => {
      await using store = await open();
      await store.use(ticket("a"), "c1");
      expect(await store.use(ticket("a"), "c1")).toBe(true);
      expect(await store.use(ticket("a"), "c2")).toBe(false);
    });
  });
};
