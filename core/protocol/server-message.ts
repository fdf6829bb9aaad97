import { asciiJson } from "../ascii-json.ts";
import { intervalText, readInterval } from "../interval.ts";
import type { Pane } from "../pane.ts";
import { PANE_COLUMNS, paneRowText, readPaneRows } from "../updates.ts";
import { epochMs, type DurationMs, type EpochMs } from "../units.ts";
import type { KnownSymbol } from "../ports/symbol-register.ts";
import { FAULT_CODES, type Fault, type FaultCode } from "./faults.ts";
import { givenNumber } from "./given-number.ts";
import { readPositions, type Positions } from "./holding.ts";
import { SHARD_COLUMNS, shardRowText, type OperationsHead, type ShardOperations } from "./operations.ts";
import { readStatus, type PipelineStatus } from "./pipeline-status.ts";
import { MAX_MESSAGE_BYTES, splitMessages } from "./split-messages.ts";
import { readSymbolRows, SYMBOL_COLUMNS, symbolRowText } from "./symbol-rows.ts";

/** Each server message bears it; it changes when a client of before could misread one. */
export const PROTOCOL_VERSION = 1;

/** What a snapshot answers. */
export interface SnapshotHead {
  readonly symbols: readonly string[];
  /** The interval asked for; the panes are of the stored interval that it is folded from. */
  readonly intervalMs: DurationMs;
  /** Where the history starts, inclusive: the start of a window of `intervalMs`. */
  readonly fromMs: EpochMs;
  /** Together with `fromMs`, what a client has when all parts have come. */
  readonly upTo: Positions;
  /** Whether panes that the client said it has are left out. */
  readonly isRest: boolean;
  /** The watermark of what is stored, undefined where that is not known; a heartbeat's is that of what is folded. */
  readonly watermarkMs?: EpochMs | undefined;
}

/** Which of `parts` parts a message is, each good on its own. */
export interface PartNumber {
  /** From 1. */
  readonly part: number;
  readonly parts: number;
}

export interface PartMessage extends PartNumber {
  readonly panes: readonly Pane[];
}

/** When a message was sent, by the server's clock; undefined where the server does not say. */
export interface SentTime {
  readonly timeMs: EpochMs | undefined;
}

export type ServerMessage =
  | ({ readonly type: "snapshot" } & SnapshotHead & PartMessage)
  | ({ readonly type: "update" } & PartMessage & SentTime)
  | ({ readonly type: "symbols"; readonly symbols: readonly KnownSymbol[] } & PartNumber)
  | ({ readonly type: "heartbeat" } & PipelineStatus)
  | ({ readonly type: "pong" } & SentTime)
  /** For `readOperations`, which few clients need. */
  | { readonly type: "operations"; readonly body: Body }
  | ({ readonly type: "error" } & Fault);

/** The snapshot's messages, at least one, each at most 32 KB. */
export const snapshotMessages = (head: SnapshotHead, panes: readonly Pane[]): readonly string[] =>
  splitMessages(
    {
      type: "snapshot",
      version: PROTOCOL_VERSION,
      symbols: head.symbols,
      interval: intervalText(head.intervalMs),
      fromMs: head.fromMs,
      upTo: [...head.upTo],
      isRest: head.isRest,
      watermarkMs: head.watermarkMs ?? null,
      columns: PANE_COLUMNS,
    },
    panes.map(paneRowText),
    MAX_MESSAGE_BYTES,
  );

/**
 * An update's messages, each at most 32 KB, sent at `timeMs`. `rows` are texts of `paneRowText`, made once and shared among
 * connections.
 */
export const updateMessages = (rows: readonly string[], timeMs?: EpochMs): readonly string[] =>
  splitMessages({ type: "update", version: PROTOCOL_VERSION, timeMs, columns: PANE_COLUMNS }, rows, MAX_MESSAGE_BYTES);

/** What is known of symbols, in messages of at most 32 KB each. */
export const symbolsMessages = (symbols: readonly KnownSymbol[]): readonly string[] =>
  splitMessages(
    { type: "symbols", version: PROTOCOL_VERSION, columns: SYMBOL_COLUMNS },
    symbols.map(symbolRowText),
    MAX_MESSAGE_BYTES,
  );

/** What each connection is told each second. */
export const heartbeatMessage = ({ timeMs, watermarkMs, feed, counts, connections }: PipelineStatus): string =>
  asciiJson({
    type: "heartbeat",
    version: PROTOCOL_VERSION,
    timeMs,
    watermarkMs: watermarkMs ?? null,
    feed,
    counts,
    connections,
  });

/** The answer to a ping, sent at `timeMs`. */
export const pongMessage = (timeMs?: EpochMs): string => asciiJson({ type: "pong", version: PROTOCOL_VERSION, timeMs });

/** How the pipeline works, in messages of at most 32 KB each. */
export const operationsMessages = (head: OperationsHead, shards: readonly ShardOperations[]): readonly string[] =>
  splitMessages(
    {
      type: "operations",
      version: PROTOCOL_VERSION,
      timeMs: head.timeMs,
      source: head.source ?? null,
      gapNoticedMs: head.gapNoticedMs ?? null,
      columns: SHARD_COLUMNS,
    },
    shards.map(shardRowText),
    MAX_MESSAGE_BYTES,
  );

/** The answer to a message that was not obeyed. */
export const errorMessage = ({ code, message }: Fault): string =>
  asciiJson({ type: "error", version: PROTOCOL_VERSION, code, message });

/**
 * The message that a server sent as `text`.
 * @throws RangeError when it is none, or of another version.
 */
export const readServerMessage = (text: string): ServerMessage => {
  const body = readBody(text);
  if (body["version"] !== PROTOCOL_VERSION) {
    throw new RangeError(`a server message must be of version ${PROTOCOL_VERSION}, was ${String(body["version"])}`);
  }
  switch (body["type"]) {
    case "snapshot":
      return { type: "snapshot", ...readHead(body), ...readPart(body) };
    case "update":
      return { type: "update", ...readPart(body), ...readSent(body) };
    case "symbols":
      return { type: "symbols", ...readPartNumber(body), symbols: readSymbolRows(body["columns"], body["rows"]) };
    case "heartbeat":
      return { type: "heartbeat", ...readStatus(body) };
    case "pong":
      return { type: "pong", ...readSent(body) };
    case "operations":
      return { type: "operations", body };
    case "error":
      return { type: "error", code: readCode(body["code"]), message: String(body["message"]) };
    default:
      throw new RangeError(`a server message must be of a known type, was ${String(body["type"])}`);
  }
};

type Body = Readonly<Record<string, unknown>>;

const readHead = ({ symbols, interval, fromMs, upTo, isRest, watermarkMs }: Body): SnapshotHead => {
  const intervalMs = typeof interval === "string" ? readInterval(interval) : undefined;
  if (intervalMs === undefined) throw new RangeError(`a snapshot's interval must be one, was ${String(interval)}`);
  if (!Array.isArray(symbols) || !symbols.every((symbol) => typeof symbol === "string")) {
    throw new RangeError(`a snapshot's symbols must be texts, were ${String(symbols)}`);
  }
  const positions = readPositions(upTo);
  if (positions === undefined) throw new RangeError(`a snapshot's upTo must be positions, was ${String(upTo)}`);
  if (typeof isRest !== "boolean") throw new RangeError(`a snapshot must say isRest, said ${String(isRest)}`);
  return {
    symbols,
    intervalMs,
    fromMs: epochMs(givenNumber(fromMs)),
    upTo: positions,
    isRest,
    watermarkMs: typeof watermarkMs === "number" ? epochMs(watermarkMs) : undefined,
  };
};

const readPart = (body: Body): PartMessage => ({
  ...readPartNumber(body),
  panes: readPaneRows(body["columns"], body["rows"]),
});

const readPartNumber = ({ part, parts }: Body): PartNumber => ({ part: givenNumber(part), parts: givenNumber(parts) });

const readSent = ({ timeMs }: Body): SentTime => ({
  timeMs: timeMs === undefined ? undefined : epochMs(givenNumber(timeMs)),
});

const readCode = (code: unknown): FaultCode => {
  const known = FAULT_CODES.find((candidate) => candidate === code);
  if (known === undefined) throw new RangeError(`an error's code must be a known one, was ${String(code)}`);
  return known;
};

const readBody = (text: string): Body => {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) return body as Body;
  } catch (cause) {
    throw new RangeError("a server message must be JSON", { cause });
  }
  throw new RangeError(`a server message must be a JSON object, was ${text.slice(0, 64)}`);
};
