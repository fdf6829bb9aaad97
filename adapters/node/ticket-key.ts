import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import type { TicketKey } from "#core/ports/ticket-keys.ts";

/** A key of the bytes of `secret`, which nothing that is made of it can tell. */
export const createTicketKey = (secret: string): TicketKey => {
  const key = createSecretKey(Buffer.from(secret, "utf8"));
  const sealOf = (text: string): string => createHmac("sha256", key).update(text).digest("base64url");
  return {
    sealOf,
    // Texts, not bytes: 43 characters have two bits to spare, and a ticket has one text alone.
    isSealOf: (text, seal) => {
      const [expected, given] = [Buffer.from(sealOf(text)), Buffer.from(seal)];
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
};
