import { Client, types, type ClientOptions } from "cassandra-driver";
import type { Clock } from "#core/ports/clock.ts";
import { openCredentials } from "../iam/credentials.ts";
import { queryDefaults } from "./client.ts";
import { SigV4AuthProvider } from "./sigv4.ts";

export interface KeyspacesOptions {
  readonly region: string;
  readonly clock: Clock;
}

/** Source: https://docs.aws.amazon.com/keyspaces/latest/devguide/programmatic.endpoints.html */
const PORT = 9_142;
/**
 * A connection takes 3,000 queries a second at most, and few balances them badly over what stands behind the endpoint.
 * Source: https://docs.aws.amazon.com/keyspaces/latest/devguide/functional-differences.html#functional-differences.query-throughput
 */
const CONNECTIONS = 2;

/**
 * A client of Amazon Keyspaces, by the credentials that the SDK finds. Its certificates are Amazon's, whose roots Node knows;
 * its addresses are no names, and so the name is said.
 */
export const openKeyspacesClient = (options: KeyspacesOptions): Client => new Client(settingsOf(options));

/** What the driver is told. Keyspaces is Cassandra 3.11 to it, which speaks version 4 of the protocol. */
export const settingsOf = ({ region, clock }: KeyspacesOptions): ClientOptions => {
  const host = endpointOf(region);
  return {
    contactPoints: [`${host}:${PORT}`],
    localDataCenter: region,
    authProvider: new SigV4AuthProvider({ region, clock, credentials: openCredentials() }),
    sslOptions: { servername: host, rejectUnauthorized: true },
    ...queryDefaults,
    // The port stands here, too: the driver asks `system.peers` for other addresses, which say none, and adds this one.
    protocolOptions: { port: PORT, maxVersion: types.protocolVersion.v4 },
    pooling: { coreConnectionsPerHost: { 0: CONNECTIONS, 1: CONNECTIONS, 2: CONNECTIONS } },
  };
};

const endpointOf = (region: string): string =>
  `cassandra.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
