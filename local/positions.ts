import type { Shard } from "@aws-sdk/client-kinesis";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { epochMs, type EpochMs } from "#core/units.ts";
import { isObject, objectOf, parseObject } from "./json.ts";
import type { MappingSpec } from "./mapping-spec.ts";

/** How far a mapping is with a shard. */
export type Position =
  /** It is done with every record up to this one. */
  | { readonly type: "AFTER_SEQUENCE_NUMBER"; readonly sequenceNumber: string }
  /** It is done with nothing yet, and began at LATEST at this time. */
  | { readonly type: "AT_TIMESTAMP"; readonly timestampMs: EpochMs }
  /** It began at LATEST behind the shard's end. */
  | { readonly type: "PASSED_OVER" };

/**
 * How far a mapping is with each shard, kept from run to run as Lambda keeps it.
 *
 * A position may be older than the truth, never newer: it is kept when the function has answered and, under a window, has
 * answered to the window's end, as the window's state is lost with the run. Each is bound to the number with which its
 * shard begins, so that none outlives its stream.
 */
export interface Positions {
  /** Undefined when none is known. */
  of(shard: Shard): Position | undefined;
  /** Resolves when the position will be found by the next run, whenever this one is killed. */
  keep(shard: Shard, position: Position): Promise<void>;
}

/**
 * The positions of a mapping in the file of its id below `dir`; a file that cannot be understood holds none. Without `dir`
 * they end with the process.
 */
export const openPositions = async (dir: string | undefined, mapping: MappingSpec): Promise<Positions> => {
  if (dir === undefined) return new KeptPositions(new Map(), async () => undefined);
  const file = join(dir, `${mapping.uuid}.json`);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  });
  await mkdir(dir, { recursive: true });
  const { streamName } = mapping;
  return new KeptPositions(readPositions(text, streamName), async (shards) => {
    await writeFile(`${file}.new`, JSON.stringify({ streamName, shards: Object.fromEntries(shards) }));
    await rename(`${file}.new`, file);
  });
};

interface KeptShard {
  /** The shard's starting sequence number. */
  readonly begins: string;
  readonly position: Position;
}

type Shards = ReadonlyMap<string, KeptShard>;

class KeptPositions implements Positions {
  readonly #shards: Map<string, KeptShard>;
  readonly #write: (shards: Shards) => Promise<void>;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(shards: Shards, write: (shards: Shards) => Promise<void>) {
    this.#shards = new Map(shards);
    this.#write = write;
  }

  of(shard: Shard): Position | undefined {
    const kept = this.#shards.get(shard.ShardId ?? "");
    return kept !== undefined && kept.begins === beginningOf(shard) ? kept.position : undefined;
  }

  keep(shard: Shard, position: Position): Promise<void> {
    this.#shards.set(shard.ShardId ?? "", { begins: beginningOf(shard), position });
    // One write at a time, and one more for all that was said meanwhile.
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      return (this.#writing = this.#write(this.#shards));
    });
    return this.#next;
  }
}

const beginningOf = ({ SequenceNumberRange }: Shard): string => SequenceNumberRange?.StartingSequenceNumber ?? "";

const readPositions = (text: string, streamName: string): Shards => {
  const kept = parseObject(text);
  if (kept === undefined || kept["streamName"] !== streamName) return new Map();
  const shards = Object.entries(objectOf(kept["shards"]));
  return new Map(
    shards.flatMap(([shardId, shard]): [string, KeptShard][] => {
      const begins = isObject(shard) ? shard["begins"] : undefined;
      const position = isObject(shard) ? readPosition(shard["position"]) : undefined;
      return typeof begins === "string" && position !== undefined ? [[shardId, { begins, position }]] : [];
    }),
  );
};

const readPosition = (value: unknown): Position | undefined => {
  const { type, sequenceNumber, timestampMs } = objectOf(value);
  if (type === "AFTER_SEQUENCE_NUMBER" && typeof sequenceNumber === "string" && /^\d+$/.test(sequenceNumber))
    return { type, sequenceNumber };
  if (type === "AT_TIMESTAMP" && Number.isSafeInteger(timestampMs))
    return { type, timestampMs: epochMs(Number(timestampMs)) };
  return type === "PASSED_OVER" ? { type } : undefined;
};
