import { asciiJson } from "../ascii-json.ts";
import { epochMs, type EpochMs } from "../units.ts";
import { givenNumber } from "./given-number.ts";

/** How one shard of the ticks stream stands. Times are of the servers' clocks. */
export interface ShardOperations {
  readonly shard: string;
  /** Every record up to this one is folded, and told of in updates of this position. */
  readonly last: string;
  /** When the stream took that record. */
  readonly lastArrivalMs: EpochMs;
  /** Whether the fetcher has put records behind it. */
  readonly isBehind: boolean;
  readonly watermarkMs: EpochMs | undefined;
  /**
   * The way of the last record with trades that was folded up to `last`: when its newest trade happened, was fetched, was
   * taken by the stream, and was folded and published. Undefined where there was none, or where it is not known.
   */
  readonly eventTimeMs: EpochMs | undefined;
  readonly ingestTimeMs: EpochMs | undefined;
  readonly arrivalTimeMs: EpochMs | undefined;
  readonly foldedTimeMs: EpochMs | undefined;
  readonly records: number;
  readonly trades: number;
  readonly late: number;
  readonly corrected: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Length of the state that was handed on, packed; 0 at a life's end. */
  readonly stateBytes: number;
  /** Panes in memory. */
  readonly panes: number;
}

/** What the fetcher has done since its source began. */
export interface SourceOperations {
  readonly startedAtMs: EpochMs;
  readonly tradesSent: number;
  readonly framesSent: number;
  /** Rows of the source that could be no trade. */
  readonly rejectedRows: number;
}

/** How the pipeline works, as whoever runs it wants to know: all but the shards. */
export interface OperationsHead {
  readonly timeMs: EpochMs;
  /** Undefined before the fetcher's first run. */
  readonly source: SourceOperations | undefined;
  /** When the last gap was noticed, undefined where there is none. */
  readonly gapNoticedMs: EpochMs | undefined;
}

/** One part of the answer; each holds other shards. */
export interface Operations extends OperationsHead {
  readonly part: number;
  readonly parts: number;
  readonly shards: readonly ShardOperations[];
}

/** The columns of a shard's row: times are null where there is none. */
export const SHARD_COLUMNS = [
  "shard",
  "last",
  "lastArrivalMs",
  "isBehind",
  "watermarkMs",
  "eventTimeMs",
  "ingestTimeMs",
  "arrivalTimeMs",
  "foldedTimeMs",
  "records",
  "trades",
  "late",
  "corrected",
  "duplicates",
  "rejected",
  "stateBytes",
  "panes",
] as const satisfies readonly (keyof ShardOperations)[];

/** The row of one shard as ASCII JSON text. */
export const shardRowText = (shard: ShardOperations): string =>
  asciiJson(SHARD_COLUMNS.map((name) => shard[name] ?? null));

/**
 * What the body of an `operations` message says.
 * @throws RangeError when the body is none.
 */
export const readOperations = (body: Body): Operations => {
  const { timeMs, source, gapNoticedMs, columns, part, parts, rows } = body;
  if (JSON.stringify(columns) !== JSON.stringify(SHARD_COLUMNS))
    throw new RangeError(`columns must be ${SHARD_COLUMNS.join(", ")}, were ${String(columns)}`);
  if (!Array.isArray(rows)) throw new RangeError(`rows must be an array, was ${typeof rows}`);
  return {
    timeMs: epochMs(givenNumber(timeMs)),
    source: source === null ? undefined : readSource((source ?? {}) as Body),
    gapNoticedMs: timeOf(gapNoticedMs),
    part: givenNumber(part),
    parts: givenNumber(parts),
    shards: rows.map(readRow),
  };
};

type Body = Readonly<Record<string, unknown>>;

const readSource = ({ startedAtMs, tradesSent, framesSent, rejectedRows }: Body): SourceOperations => ({
  startedAtMs: epochMs(givenNumber(startedAtMs)),
  tradesSent: givenNumber(tradesSent),
  framesSent: givenNumber(framesSent),
  rejectedRows: givenNumber(rejectedRows),
});

const readRow = (row: unknown): ShardOperations => {
  const cells = Array.isArray(row) ? (row as readonly unknown[]) : [];
  const cell = (name: keyof ShardOperations): unknown => cells[SHARD_COLUMNS.indexOf(name)];
  return {
    shard: text(cell("shard")),
    last: text(cell("last")),
    lastArrivalMs: epochMs(givenNumber(cell("lastArrivalMs"))),
    isBehind: cell("isBehind") === true,
    watermarkMs: timeOf(cell("watermarkMs")),
    eventTimeMs: timeOf(cell("eventTimeMs")),
    ingestTimeMs: timeOf(cell("ingestTimeMs")),
    arrivalTimeMs: timeOf(cell("arrivalTimeMs")),
    foldedTimeMs: timeOf(cell("foldedTimeMs")),
    records: givenNumber(cell("records")),
    trades: givenNumber(cell("trades")),
    late: givenNumber(cell("late")),
    corrected: givenNumber(cell("corrected")),
    duplicates: givenNumber(cell("duplicates")),
    rejected: givenNumber(cell("rejected")),
    stateBytes: givenNumber(cell("stateBytes")),
    panes: givenNumber(cell("panes")),
  };
};

const timeOf = (value: unknown): EpochMs | undefined => (value === null ? undefined : epochMs(givenNumber(value)));

const text = (value: unknown): string => {
  if (typeof value !== "string") throw new RangeError(`an operations message must hold a text, held ${String(value)}`);
  return value;
};
