import type { Keyspace, Row, Statement } from "./client.ts";

/** A row to be written: its key and its other columns, undefined ones left as they are. */
export interface RegisterWrite {
  readonly table: string;
  readonly key: Readonly<Record<string, unknown>>;
  readonly columns: Readonly<Record<string, unknown>>;
  /** The column that decides. */
  readonly register: string;
  /** Seconds that the row lives. @default for ever */
  readonly ttlSeconds?: number;
}

/**
 * Writes a row unless the stored one has an equal or greater value in its register. Losing is no error: the greater
 * contains the lesser. A write that arrives late, twice or from a process believed dead changes nothing either.
 *
 *     writer A      10: insert ----------> stored                IF NOT EXISTS
 *     writer B          20: insert ------> refused, shows 10     IF NOT EXISTS
 *                           update ------> stored                IF register < 20
 *     A, again              10: insert --> refused, shows 20     the greater one stays
 *     a zombie                  15: insert, shown 10 a moment ago; update --> refused, shows 20
 *
 * A row may expire between the two: then it is inserted after all.
 */
export const putGreater = async (keyspace: Keyspace, write: RegisterWrite): Promise<void> => {
  const mine = write.columns[write.register];
  const isSettled = (row: Row | undefined): boolean => row === undefined || row.get(write.register) >= (mine as string);
  for (;;) {
    const standing = await insert(keyspace, write);
    if (isSettled(standing)) return;
    const rival = await update(keyspace, write);
    if (rival === undefined || (rival.get(write.register) != null && isSettled(rival))) return;
  }
};

const insert = (keyspace: Keyspace, write: RegisterWrite): Promise<Row | undefined> => {
  const { query, params } = insertIfAbsent(keyspace, write);
  return keyspace.writeIf(query, params);
};

const update = (keyspace: Keyspace, write: RegisterWrite): Promise<Row | undefined> => {
  const { query, params } = updateIf(keyspace, write, "<", write.columns[write.register]);
  return keyspace.writeIf(query, params);
};

/** Writes a row that is not there. */
export const insertIfAbsent = ({ name }: Keyspace, { table, key, columns, ttlSeconds }: RegisterWrite): Statement => {
  const all = { ...key, ...columns };
  const names = Object.keys(all);
  const marks = names.map(() => "?").join(", ");
  const [ttl, seconds] = ttlOf(ttlSeconds);
  return {
    query: `INSERT INTO ${name}.${table} (${names.join(", ")}) VALUES (${marks}) IF NOT EXISTS${ttl}`,
    params: [...Object.values(all), ...seconds],
  };
};

/** Writes over a row whose register is `value`, or less than it. */
export const updateIf = (
  { name }: Keyspace,
  { table, key, columns, register, ttlSeconds }: RegisterWrite,
  comparison: "=" | "<",
  value: unknown,
): Statement => {
  const [ttl, seconds] = ttlOf(ttlSeconds);
  const set = Object.keys(columns).map((column) => `${column} = ?`);
  const where = Object.keys(key).map((column) => `${column} = ?`);
  return {
    query: `UPDATE ${name}.${table}${ttl} SET ${set.join(", ")} WHERE ${where.join(" AND ")} IF ${register} ${comparison} ?`,
    params: [...seconds, ...Object.values(columns), ...Object.values(key), value],
  };
};

const ttlOf = (ttlSeconds: number | undefined): readonly [string, readonly number[]] =>
  ttlSeconds === undefined ? ["", []] : [" USING TTL ?", [ttlSeconds]];
