import { concurrently } from "#core/concurrently.ts";
import type { Pane } from "#core/pane.ts";
import type { Keyspace, Statement } from "./client.ts";
import { timeOf } from "./pane-row.ts";
import { insertIfAbsent, putGreater, updateIf, type RegisterWrite } from "./registers.ts";

/**
 * A batch may have 50 KiB, and the node complains of more than 5.
 * Source: https://cassandra.apache.org/doc/5.0/cassandra/managing/configuration/cass_yaml_file.html
 */
const BATCH_ROWS = 24;
const BATCH_CHARACTERS = 12_000;

/**
 * Writes panes of one partition, each as a register in which the greater position wins. Many go in one conditional batch,
 * which costs as much as a single conditional write:
 *
 *     read what is there      batch: absent rows      IF NOT EXISTS                 none of it where another wrote
 *                                    lesser rows      IF last_sequence = the one    in between: then one by one
 *                                    greater rows     are left alone
 *
 * Keyspaces takes no conditions in a batch. There rows do not wait for each other, and each is written by itself.
 */
export const putPartition = async (
  keyspace: Keyspace,
  panes: readonly Pane[],
  writeOf: (pane: Pane) => RegisterWrite,
): Promise<void> => {
  if (keyspace.dialect === "keyspaces") {
    await concurrently(panes, keyspace.rowsInFlight, (pane) => putGreater(keyspace, writeOf(pane)));
    return;
  }
  for (const batch of batchesOf(panes.map((pane) => ({ pane, write: writeOf(pane) })))) {
    const isDone = batch.length > 1 && (await putBatch(keyspace, batch));
    if (isDone) continue;
    for (const { write } of batch) await putGreater(keyspace, write);
  }
};

interface PaneWrite {
  readonly pane: Pane;
  readonly write: RegisterWrite;
}

const putBatch = async (keyspace: Keyspace, batch: readonly PaneWrite[]): Promise<boolean> => {
  const stored = await storedPositions(keyspace, batch);
  const statements = batch.flatMap(({ pane, write }): readonly Statement[] => {
    const position = stored.get(`${pane.startMs} ${pane.shard}`);
    if (position === undefined) return [insertIfAbsent(keyspace, write)];
    return position < pane.lastSequence ? [updateIf(keyspace, write, "=", position)] : [];
  });
  return statements.length === 0 || (await keyspace.writeAllIf(statements));
};

/** The positions of the rows in the span of the batch, by window start and shard. */
const storedPositions = async (
  keyspace: Keyspace,
  batch: readonly PaneWrite[],
): Promise<ReadonlyMap<string, string>> => {
  const starts = batch.map(({ write }) => write.key["start"] as { compare(other: unknown): number });
  const ordered = starts.toSorted((a, b) => a.compare(b));
  const { table, key } = batch[0]!.write;
  const rows = await keyspace.rows(
    `SELECT start, shard, last_sequence FROM ${keyspace.name}.${table}
      WHERE symbol = ? AND bucket = ? AND start >= ? AND start <= ?`,
    [key["symbol"], key["bucket"], ordered[0], ordered.at(-1)],
  );
  const position = (row: (typeof rows)[number]): string => row.get("last_sequence") as string;
  return new Map(rows.map((row) => [`${timeOf(row.get("start"))} ${row.get("shard") as string}`, position(row)]));
};

const batchesOf = (writes: readonly PaneWrite[]): readonly (readonly PaneWrite[])[] => {
  const batches: PaneWrite[][] = [[]];
  let characters = 0;
  for (const each of writes) {
    const length = lengthOf(each.write);
    const last = batches.at(-1)!;
    if (last.length > 0 && (last.length === BATCH_ROWS || characters + length > BATCH_CHARACTERS)) {
      batches.push([each]);
      characters = length;
    } else {
      last.push(each);
      characters += length;
    }
  }
  return batches;
};

/** About how long a row is: what is no text takes eight bytes. */
const lengthOf = ({ key, columns }: RegisterWrite): number =>
  [...Object.values(key), ...Object.values(columns)].reduce<number>(
    (sum, value) => sum + (typeof value === "string" ? value.length : 8),
    0,
  );
