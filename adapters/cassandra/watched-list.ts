import { epochMs, type EpochMs } from "#core/units.ts";
import type { Keyspace, Row } from "./client.ts";
import { timeOf, timestamp } from "./pane-row.ts";
import { insertIfAbsent, updateIf } from "./registers.ts";

/** When each watched symbol was last asked for. */
export type Asked = ReadonlyMap<string, EpochMs>;

/** All that is watched stands in one row, by itself in its partition. */
const KEY = { register: "watching", symbol: "all" };

/** The list of what is watched. Both methods throw PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked. */
export interface WatchedList {
  read(): Promise<Asked>;

  /** Writes what `edit` makes of the list, unless it makes nothing of it. It is asked again when another wrote in between. */
  change(edit: (known: Asked) => Asked | undefined): Promise<void>;
}

/**
 * What is watched in Cassandra: one row, at most 5,000 symbols or some 200 kB, that is written over as a whole. A row for
 * each symbol would leave a tombstone whenever it is let go, as often as any client likes, for all who read the list to
 * pass over.
 *
 *     client A   read: 7 ------------- change ----> stored as 8              IF seen = 7
 *     client B      read: 7 ------------- change --> refused: read 8, again   IF seen = 8
 *
 * `seen` is when it was changed, later each time.
 */
export const openWatchedList = (keyspace: Keyspace): WatchedList => {
  const select = `SELECT seen, names FROM ${keyspace.name}.symbols WHERE register = ? AND symbol = ?`;
  const readRow = async (): Promise<Row | undefined> => (await keyspace.rows(select, Object.values(KEY)))[0];
  const change: WatchedList["change"] = async (edit) => {
    for (;;) {
      const row = await readRow();
      const list = edit(askedOf(row));
      if (list === undefined) return;
      const changedMs = row && timeOf(row.get("seen"));
      const seenMs = epochMs(Math.max(keyspace.clock.nowMs(), (changedMs ?? 0) + 1));
      const columns = { seen: timestamp(seenMs), names: JSON.stringify([...list]) };
      const write = { table: "symbols", key: KEY, columns, register: "seen" };
      const { query, params } =
        changedMs === undefined
          ? insertIfAbsent(keyspace, write)
          : updateIf(keyspace, write, "=", timestamp(changedMs));
      if ((await keyspace.writeIf(query, params)) === undefined) return;
    }
  };
  let turn = Promise.resolve();
  return {
    read: async () => askedOf(await readRow()),

    // Changes of one process would refuse each other for nothing.
    change: (edit) => {
      const mine = turn.then(() => change(edit));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
};

const askedOf = (row: Row | undefined): Asked =>
  new Map(row && (JSON.parse(row.get("names") as string) as readonly (readonly [string, EpochMs])[]));
