import { PipelineError } from "#core/errors.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { FrameStream, StreamEntry } from "#core/ports/frame-stream.ts";
import type { ShardReader, ShardRecord } from "#core/ports/shard-reader.ts";
import { sequenceNumber } from "#core/units.ts";

const HASH_END = 2 ** 32;
const BATCH_RECORDS = 100;

export interface MemoryStreamOptions {
  /** Stamps arrival times. */
  readonly clock: Pick<Clock, "nowMs">;
  /** Open shards at first. @default 1 */
  readonly shardCount?: number;
  /** Whether the stream refuses this entry, as one that is throttled. @default none */
  readonly refuses?: (entry: StreamEntry) => boolean;
}

/** A sharded log in memory: the reference of both stream ports. Sequence numbers increase over all shards. */
export interface MemoryStream extends FrameStream, ShardReader {
  /** The shards that take records, by the hashes they cover. */
  openShards(): readonly string[];

  /** All records of a shard, oldest first. */
  records(shard: string): readonly ShardRecord[];

  /** Appends to this very shard. @throws RangeError when it is closed. */
  append(shard: string, data: Uint8Array): ShardRecord;

  /** Closes an open shard and opens two that share its hashes. */
  split(shard: string): readonly [string, string];

  /** Closes two open shards with adjacent hashes and opens one for both. */
  merge(shard: string, adjacent: string): string;
}

interface Shard {
  readonly id: string;
  readonly parents: readonly string[];
  /** Hashes `[fromHash, toHash)`. */
  readonly fromHash: number;
  readonly toHash: number;
  readonly records: ShardRecord[];
  isOpen: boolean;
}

export const createMemoryStream = ({ clock, shardCount = 1, refuses }: MemoryStreamOptions): MemoryStream => {
  const shards = createShards();
  let appended = 0;
  const append = (shard: Shard, data: Uint8Array): ShardRecord => {
    const record = {
      sequenceNumber: sequenceNumber(String(++appended)),
      arrivalTimeMs: clock.nowMs(),
      data: data.slice(),
    };
    shard.records.push(record);
    return record;
  };
  for (let i = 0; i < shardCount; i++) {
    shards.add([], Math.ceil((i * HASH_END) / shardCount), Math.ceil(((i + 1) * HASH_END) / shardCount));
  }
  return {
    openShards: () => shards.allOpen().map(({ id }) => id),
    records: (id) => shards.known(id).records.map(copied),
    append: (id, data) => copied(append(shards.open(id), data)),
    split: (id) => split(shards, id),
    merge: (id, adjacentId) => merge(shards, id, adjacentId),
    put: async (entries) =>
      entries.map((entry) => {
        if (refuses?.(entry) === true) return undefined;
        const shard = shards.holding(hashOf(entry.partitionKey));
        return { shard: shard.id, sequenceNumber: append(shard, entry.data).sequenceNumber };
      }),
    name: async (id) => id,
    parents: async (id) => shards.get(id)?.parents ?? [],
    read: async function* (id, { after, before }) {
      const span = shards
        .known(id)
        .records.filter(({ sequenceNumber: at }) => (after === undefined || at > after) && at < before);
      for (let from = 0; from < span.length; from += BATCH_RECORDS) {
        yield span.slice(from, from + BATCH_RECORDS).map(copied);
      }
    },
  };
};

interface Shards {
  add(parents: readonly string[], fromHash: number, toHash: number): Shard;
  /** By the hashes they cover. */
  allOpen(): readonly Shard[];
  get(id: string): Shard | undefined;
  known(id: string): Shard;
  open(id: string): Shard;
  holding(hash: number): Shard;
}

const createShards = (): Shards => {
  const shards = new Map<string, Shard>();
  const found = (shard: Shard | undefined, id: string): Shard => {
    if (shard === undefined) throw new PipelineError("TAPE_STREAM_UNAVAILABLE", `a shard must exist, was ${id}`);
    return shard;
  };
  return {
    add: (parents, fromHash, toHash) => {
      const id = `shardId-${String(shards.size).padStart(12, "0")}`;
      const shard = { id, parents, fromHash, toHash, records: [], isOpen: true };
      shards.set(id, shard);
      return shard;
    },
    allOpen: () => [...shards.values()].filter(({ isOpen }) => isOpen).toSorted((a, b) => a.fromHash - b.fromHash),
    get: (id) => shards.get(id),
    known: (id) => found(shards.get(id), id),
    open: (id) => {
      const shard = found(shards.get(id), id);
      if (!shard.isOpen) throw new RangeError(`a shard must be open, was ${id}`);
      return shard;
    },
    holding: (hash) => {
      const holds = ({ isOpen, fromHash, toHash }: Shard): boolean => isOpen && fromHash <= hash && hash < toHash;
      return found(shards.values().find(holds), `none for hash ${hash}`);
    },
  };
};

const split = (shards: Shards, id: string): readonly [string, string] => {
  const { fromHash, toHash } = closed(shards.open(id));
  const middle = Math.floor((fromHash + toHash) / 2);
  return [shards.add([id], fromHash, middle).id, shards.add([id], middle, toHash).id];
};

const merge = (shards: Shards, id: string, adjacentId: string): string => {
  const one = shards.open(id);
  const other = shards.open(adjacentId);
  if (one.toHash !== other.fromHash && other.toHash !== one.fromHash) {
    throw new RangeError(`shards must be adjacent, were ${id} and ${adjacentId}`);
  }
  closed(one);
  closed(other);
  return shards.add([id, adjacentId], Math.min(one.fromHash, other.fromHash), Math.max(one.toHash, other.toHash)).id;
};

const closed = (shard: Shard): Shard => {
  shard.isOpen = false;
  return shard;
};

const copied = (record: ShardRecord): ShardRecord => ({ ...record, data: record.data.slice() });

/** FNV-1a of the key's characters, mixed once more so that keys that differ in their last character spread. */
const hashOf = (partitionKey: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < partitionKey.length; i++) hash = Math.imul(hash ^ partitionKey.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
};
