import { readFile } from "node:fs/promises";

import { describe, expect, test } from "vitest";

import { PANE_COLUMNS, paneRowText } from "../updates.ts";
import { CLIENT_LIMITS, clientMessageText, readClientMessage } from "./client-message.ts";
import { FAULT_CODES } from "./faults.ts";
import { MAX_POSITIONS } from "./holding.ts";
import {
  errorMessage,
  heartbeatMessage,
  operationsMessages,
  pongMessage,
  PROTOCOL_VERSION,
  readServerMessage,
  snapshotMessages,
  symbolsMessages,
  updateMessages,
} from "./server-message.ts";
import { readOperations, SHARD_COLUMNS } from "./operations.ts";
import { FEED_STATES, STATUS_COUNTS } from "./pipeline-status.ts";
import { MAX_MESSAGE_BYTES } from "./split-messages.ts";
import { SYMBOL_COLUMNS } from "./symbol-rows.ts";

const docs = new URL("../../docs/", import.meta.url);
const page = await readFile(new URL("protocol.md", docs), "utf8");
const schema = JSON.parse(await readFile(new URL("protocol.schema.json", docs), "utf8")) as {
  $defs: Record<string, { properties: Record<string, unknown>; [keyword: string]: unknown }>;
};

const examples = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text = ""]) => text);
const clientExamples = examples.filter((text) => text.includes('"action"'));
const serverExamples = examples.filter((text) => text.includes('"type"'));

/** The same message, written by the code. */
const written = (text: string): readonly string[] => {
  const message = readServerMessage(text);
  switch (message.type) {
    case "snapshot":
      return snapshotMessages(message, message.panes);
    case "update":
      return updateMessages(message.panes.map(paneRowText), message.timeMs);
    case "symbols":
      return symbolsMessages(message.symbols);
    case "heartbeat":
      return [heartbeatMessage(message)];
    case "pong":
      return [pongMessage(message.timeMs)];
    case "operations": {
      const operations = readOperations(message.body);
      return operationsMessages(operations, operations.shards);
    }
    case "error":
      return [errorMessage(message)];
    default:
      return message satisfies never;
  }
};

const parsed = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

const numbers = (value: number): string => value.toLocaleString("en");

describe("docs/protocol.md", () => {
  test("shows each message once", () => {
    expect(clientExamples.map((text) => parsed(text)["action"])).toEqual([
      "subscribe",
      "resume",
      "unsubscribe",
      "symbols",
      "watch",
      "unwatch",
      "ping",
      "operations",
    ]);
    expect(serverExamples.map((text) => parsed(text)["type"])).toEqual([
      "snapshot",
      "update",
      "symbols",
      "heartbeat",
      "pong",
      "operations",
      "error",
    ]);
    expect(examples).toHaveLength(clientExamples.length + serverExamples.length);
  });

  test.each(clientExamples)("shows a client message as it is read: %#", (text) => {
    const reading = readClientMessage(text);
    expect(reading.kind === "message" && parsed(clientMessageText(reading.message))).toEqual(parsed(text));
  });

  test.each(serverExamples)("shows a server message as it is written: %#", (text) => {
    expect(written(text).map(parsed)).toEqual([parsed(text)]);
  });

  test("lists every error code, in order", () => {
    expect([...page.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, code]) => code)).toEqual([...FAULT_CODES]);
  });

  test("says the limits and the version", () => {
    expect(page).toContain(`version ${PROTOCOL_VERSION}`);
    for (const limit of [...Object.values(CLIENT_LIMITS), MAX_MESSAGE_BYTES, MAX_POSITIONS])
      expect(page).toContain(numbers(limit));
  });
});

/** Two pairs of messages bear one name, the client's question and the server's answer. */
const definitionOf = (text: string): string => {
  const { action, type } = parsed(text) as { action?: string; type?: string };
  return type === "symbols" || type === "operations" ? `${type}Answer` : (action ?? type ?? "");
};

describe("docs/protocol.schema.json", () => {
  test("names every message with the members its example has", () => {
    for (const text of examples) {
      expect(schema.$defs[definitionOf(text)]).toMatchObject({ required: Object.keys(parsed(text)) });
    }
  });

  test("has the code's columns, error codes, limits and version", () => {
    expect(schema.$defs).toMatchObject({
      columns: { const: PANE_COLUMNS },
      row: { minItems: PANE_COLUMNS.length },
      error: { properties: { code: { enum: FAULT_CODES } } },
      subscribe: { properties: { bars: { maximum: CLIENT_LIMITS.bars } } },
      positions: { maxItems: MAX_POSITIONS },
      symbolList: { maxItems: CLIENT_LIMITS.symbols },
      symbolsAnswer: { properties: { columns: { const: SYMBOL_COLUMNS } } },
      operationsAnswer: { properties: { columns: { const: SHARD_COLUMNS } } },
      heartbeat: { properties: { feed: { enum: FEED_STATES }, counts: { required: STATUS_COUNTS } } },
      version: { const: PROTOCOL_VERSION },
    });
  });
});
