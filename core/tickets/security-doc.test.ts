import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { CLIENT_LIMITS, MESSAGES_WINDOW_MS } from "../protocol/client-message.ts";
import { FAULT_CODES } from "../protocol/faults.ts";
import { REFUSAL_CODES } from "./refusals.ts";

const page = await readFile(new URL("../../docs/security.md", import.meta.url), "utf8");

test("docs/security.md lists every code of a refusal, in order", () => {
  const listed = [...page.matchAll(/^\| `([a-z-]+)` +\| \d{3} /gm)].map(([, code]) => code);
  expect(listed).toEqual([...REFUSAL_CODES]);
});

test("docs/security.md says the limits of a connection, and their codes are those of the protocol", () => {
  for (const limit of [CLIENT_LIMITS.messageLength, CLIENT_LIMITS.symbols, CLIENT_LIMITS.subscriptions])
    expect(page).toContain(`| ${limit.toLocaleString("en")} `);
  expect(page).toContain(`${CLIENT_LIMITS.messages} messages in ${MESSAGES_WINDOW_MS / 1_000} seconds`);
  const codes = [...page.matchAll(/`((?:message-too|too-many)-[a-z]+)`/g)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(3);
  for (const code of codes) expect(FAULT_CODES).toContain(code);
});
