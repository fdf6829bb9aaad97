import { types } from "cassandra-driver";
import { describe, expect, test } from "vitest";
import { clientSettings } from "./client.ts";

const cluster = { contactPoints: ["127.0.0.1:9042"], dataCenter: "datacenter1" };

describe("a client of Cassandra", () => {
  test("prepares what it asks, at a majority of the data centre's replicas", () => {
    const { queryOptions } = clientSettings(cluster);
    expect(queryOptions).toMatchObject({
      prepare: true,
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
    });
  });

  test("takes by TLS no certificate that an authority does not vouch for", () => {
    expect(clientSettings(cluster).sslOptions).toBeUndefined();
    expect(clientSettings({ ...cluster, tls: { ca: "PEM", name: "c" } }).sslOptions).toEqual({
      rejectUnauthorized: true,
      ca: "PEM",
      servername: "c",
    });
  });
});
