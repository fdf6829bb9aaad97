import { openKeyspacesClient } from "#adapters/cassandra/keyspaces-client.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { asked, type Account } from "./account.ts";

/** Whether there is a keyspace of this name. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE */
export const hasKeyspace = async (account: Account, name: string): Promise<boolean> =>
  (await ask(account, "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?", [name])) > 0;

/** Drops a keyspace with its tables, which Keyspaces does by and by. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE */
export const dropKeyspace = async (account: Account, name: string): Promise<void> => {
  await ask(account, `DROP KEYSPACE IF EXISTS ${name}`, []);
};

/** How many rows a statement is answered with. */
const ask = (account: Account, statement: string, values: readonly string[]): Promise<number> =>
  asked("Keyspaces", async () => {
    const client = openKeyspacesClient({ region: account.region, clock });
    try {
      return (await client.execute(statement, [...values], { prepare: values.length > 0 })).rowLength ?? 0;
    } finally {
      await client.shutdown();
    }
  });
