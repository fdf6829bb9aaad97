import { openDynamoLeaseStore } from "#adapters/dynamodb/lease-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { readConfig } from "#lambdas/fetcher/config.ts";
import type { ProvisionedCloud } from "#local/cloud.ts";

/**
 * Ends the lease of a feed's last run, so that the next need not wait for its time to be over. To be called before any
 * function runs, by who holds the data folder alone: no run of an earlier start can be alive then. The lease keeps how far
 * the feed is.
 */
export const endLeaseOfDeadRun = async ({ environment, functions }: ProvisionedCloud): Promise<void> => {
  const fetcher = functions.find(({ environment }) => "LEASES_TABLE" in environment && "SOURCE" in environment);
  if (fetcher === undefined) throw new RangeError("the app must have a fetcher, had none");
  const { leasesTable, source } = readConfig(fetcher.environment);
  Object.assign(process.env, environment);
  await using leases = openDynamoLeaseStore({ table: leasesTable, clock });
  const lease = await leases.get(source);
  if (lease !== undefined) await leases.release(lease, clock.nowMs());
};
