import { Client, types, type ClientOptions, type QueryOptions } from "cassandra-driver";
import type { Clock } from "#core/ports/clock.ts";
import { storeUnavailable } from "./unavailable.ts";

/** A row of an answer, by column. */
export type Row = types.Row;

/** Requests that one store has under way at most. */
export const MAX_IN_FLIGHT = 64;

export interface ClusterOptions {
  /** `host` or `host:port` each. */
  readonly contactPoints: readonly string[];
  readonly dataCenter: string;
  /** @default plain text */
  readonly tls?: {
    /** Authorities that are trusted, as PEM. @default those that Node knows */
    readonly ca?: string;
    /** The name that every node's certificate bears. @default the node's address */
    readonly name?: string | undefined;
  };
  /** @default none */
  readonly credentials?: { readonly username: string; readonly password: string };
}

export interface CassandraOptions {
  /** Connected or not; whoever opened it closes it. */
  readonly client: Client;
  readonly keyspace: string;
  readonly clock: Clock;
  /** @default cassandra */
  readonly dialect?: Dialect;
  /** Conditional writes to one partition that are under way at once in Keyspaces, where rows do not wait for each other. @default 8 */
  readonly rowsInFlight?: number;
}

/**
 * What of Cassandra there is. Amazon Keyspaces takes no condition within a batch, reads at no serial consistency (its plain
 * reads see what conditional writes wrote), no time of writing that is days ago, and no empty text in a key.
 * Source: https://docs.aws.amazon.com/keyspaces/latest/devguide/functional-differences.html
 * Source: https://docs.aws.amazon.com/keyspaces/latest/devguide/consistency.html
 * Source: https://docs.aws.amazon.com/keyspaces/latest/devguide/client-side-timestamps-how-to-queries.html
 */
export type Dialect = "cassandra" | "keyspaces";

/**
 * A client whose reads see every write that was acknowledged, as long as a majority of the replicas lives: R + W > N.
 * Conditional writes are serial within the data centre.
 */
export const openCassandraClient = (options: ClusterOptions): Client => new Client(clientSettings(options));

/** What the driver is told. */
export const clientSettings = ({ contactPoints, dataCenter, credentials, tls }: ClusterOptions): ClientOptions => ({
  contactPoints: [...contactPoints],
  localDataCenter: dataCenter,
  ...(credentials && { credentials }),
  ...queryDefaults,
  ...(tls && { sslOptions: sslOptionsOf(tls) }),
});

/** The driver takes any certificate unless it is told not to. */
const sslOptionsOf = ({ ca, name }: NonNullable<ClusterOptions["tls"]>): NonNullable<ClientOptions["sslOptions"]> => ({
  rejectUnauthorized: true,
  ...(ca !== undefined && { ca }),
  ...(name !== undefined && { servername: name }),
});

/** Connects, so that what is wrong with a login is known at once. @throws PipelineError TAPE_STORE_UNAVAILABLE */
export const connectCassandra = async (client: Client): Promise<void> => {
  try {
    await client.connect();
  } catch (cause) {
    throw storeUnavailable("Cassandra must answer", cause);
  }
};

/** What holds of every query. */
export const queryDefaults: ClientOptions = {
  encoding: { useUndefinedAsUnset: true },
  queryOptions: {
    prepare: true,
    consistency: types.consistencies.localQuorum,
    serialConsistency: types.consistencies.localSerial,
  },
  socketOptions: { connectTimeout: 3_000, readTimeout: 12_000 },
};

/** One keyspace, asked through a client. */
export interface Keyspace {
  readonly name: string;
  readonly clock: Clock;
  readonly dialect: Dialect;
  readonly rowsInFlight: number;

  /** All rows of a query, page after page. @throws PipelineError TAPE_STORE_UNAVAILABLE when it gets no answer. */
  rows(query: string, values: readonly unknown[], options?: QueryOptions): Promise<readonly Row[]>;

  /**
   * What became of a conditional write: undefined when its condition held, else the row that stands against it, of which
   * there is nothing when there is no row. @throws PipelineError TAPE_STORE_UNAVAILABLE when it is not known.
   */
  writeIf(query: string, values: readonly unknown[]): Promise<Row | undefined>;

  /**
   * Conditional writes to one partition, all or none: whether all their conditions held.
   * @throws PipelineError TAPE_STORE_UNAVAILABLE when it is not known.
   */
  writeAllIf(writes: readonly Statement[]): Promise<boolean>;
}

/** A query and what stands for its question marks. */
export interface Statement {
  readonly query: string;
  readonly params: readonly unknown[];
}

export const openKeyspace = ({
  client,
  keyspace,
  clock,
  dialect = "cassandra",
  rowsInFlight = 8,
}: CassandraOptions): Keyspace => {
  const answered = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (cause) {
      throw storeUnavailable(`keyspace ${keyspace} must answer`, cause);
    }
  };
  const rows: Keyspace["rows"] = (query, values, options) => answered(rowsOf(client, query, values, options));
  return {
    name: keyspace,
    clock,
    dialect,
    rowsInFlight,
    rows,
    writeIf: async (query, values) => {
      const [row] = await rows(query, values);
      return row?.get("[applied]") === true ? undefined : row;
    },
    writeAllIf: async (writes) => {
      const queries = writes.map(({ query, params }) => ({ query, params: [...params] }));
      const answer = await answered(client.batch(queries, { prepare: true, logged: false }));
      return answer.rows[0]?.get("[applied]") === true;
    },
  };
};

const rowsOf = async (
  client: Client,
  query: string,
  values: readonly unknown[],
  options: QueryOptions = {},
): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for await (const row of await client.execute(query, [...values], { prepare: true, ...options })) rows.push(row);
  return rows;
};
