import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemoryTicketStore } from "#adapters/memory/ticket-store.ts";
import { createTicketKey } from "#adapters/node/ticket-key.ts";
import { epochMs } from "#core/units.ts";
import { judgeTicket } from "./judge.ts";
import { KEYS_MAX_AGE_MS, sealingKey } from "./keys.ts";
import { readTicket, textToSeal, ticketText, type Ticket } from "./ticket.ts";

const bornMs = Date.UTC(2026, 10, 21, 12);
const version = (secret: string, createdAtMs = 0) => ({
  key: createTicketKey(secret),
  createdAtMs: epochMs(createdAtMs),
});
const [newer, older, stranger] = [version("newer"), version("older"), version("stranger")];

const sealed = (ticket: Ticket, { key } = newer): string => {
  const text = textToSeal(ticket);
  return ticketText(text, key.sealOf(text));
};

const tickets: fc.Arbitrary<Ticket> = fc.record({
  id: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("base64url")),
  expiresAtMs: fc.integer({ min: 1, max: 3_600_000 }).map((aheadMs) => epochMs(bornMs + aheadMs)),
  subject: fc.oneof(fc.constant(""), fc.string({ unit: "grapheme", maxLength: 40 })),
  origin: fc.constantFrom("", "https://d111111abcdef8.cloudfront.net", "http://localhost:8080", "null"),
});
const keyIndexes = fc.constantFrom(0, 1);
const keys = [newer, older];

describe("a ticket", () => {
  test("is read as it was written, in the form of a subprotocol", () => {
    fc.assert(
      fc.property(tickets, (ticket) => {
        const text = sealed(ticket);
        expect(text).toMatch(/^[\w!#$%&'*+.^`|~-]+$/);
        expect(readTicket(text)?.ticket).toEqual({ ...ticket, subject: ticket.subject.toWellFormed() });
      }),
    );
  });

  test("is good if and only if it is untouched, unexpired, of its origin and unused", async () => {
    await fc.assert(
      fc.asyncProperty(
        tickets,
        keyIndexes,
        fc.integer({ min: -2, max: 2 }),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        async (ticket, index, offMs, isTouched, isElsewhere, isUsed) => {
          const text = sealed(ticket, keys[index]);
          const shown = isTouched ? text.replace(/.$/, (last) => (last === "A" ? "B" : "A")) : text;
          const origin = isElsewhere ? "https://evil.example" : ticket.origin;
          const nowMs = epochMs(ticket.expiresAtMs + offMs);
          const store = createMemoryTicketStore();
          if (isUsed) await store.use(ticket, "another");
          const judged = judgeTicket(shown, { origin, nowMs, keys });
          const isGood = judged.kind === "good" && (await store.use(judged.ticket, "mine"));
          expect(isGood).toBe(!isTouched && !isElsewhere && !isUsed && offMs < 0);
        },
      ),
    );
  });

  test("is refused when any one character of it is another", () => {
    fc.assert(
      fc.property(tickets, keyIndexes, fc.nat(), fc.integer({ min: 1, max: 127 }), (ticket, index, at, flipped) => {
        const text = sealed(ticket, keys[index]);
        const place = at % text.length;
        const other = String.fromCharCode(text.charCodeAt(place) ^ flipped);
        const shown = text.slice(0, place) + other + text.slice(place + 1);
        expect(judgeTicket(shown, { origin: ticket.origin, nowMs: epochMs(bornMs), keys })).toMatchObject({
          kind: "refused",
          code: expect.stringMatching(/^ticket-(forged|malformed)$/),
        });
      }),
      { numRuns: 500 },
    );
  });

  test("has one text: none of the 64 last characters but its own will do", () => {
    const ticket = { id: "A".repeat(22), expiresAtMs: epochMs(bornMs + 1), subject: "", origin: "" };
    const text = sealed(ticket);
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const good = digits
      .split("")
      .filter(
        (digit) => judgeTicket(text.slice(0, -1) + digit, { origin: "", nowMs: epochMs(bornMs), keys }).kind === "good",
      );
    expect(good).toEqual([text.at(-1)]);
  });

  test("of a stranger, or no ticket at all, is refused with a code", () => {
    const ticket = {
      id: randomBytes(16).toString("base64url"),
      expiresAtMs: epochMs(bornMs + 1),
      subject: "",
      origin: "",
    };
    const at = { origin: "", nowMs: epochMs(bornMs), keys };
    expect(judgeTicket(sealed(ticket, stranger), at)).toEqual({ kind: "refused", code: "ticket-forged" });
    for (const text of ["", "ticket.", "ticket.....", "ticket.__proto__", `ticket.${"A".repeat(100_000)}`]) {
      expect(judgeTicket(text, at)).toEqual({ kind: "refused", code: "ticket-malformed" });
    }
  });
});

describe("the key to seal with", () => {
  test("is the newest once everybody has read it, and before that the one before", () => {
    const made = version("newer", bornMs);
    expect(sealingKey([made], epochMs(bornMs))).toBe(made.key);
    const settledMs = bornMs + 2 * KEYS_MAX_AGE_MS;
    expect(sealingKey([made, older], epochMs(settledMs - 1))).toBe(older.key);
    expect(sealingKey([made, older], epochMs(settledMs))).toBe(made.key);
  });
});
