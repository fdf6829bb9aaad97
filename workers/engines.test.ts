import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { withDefaults } from "./defaults.ts";
import { clusterOf, kafkaOf, readEngines } from "./engines.ts";

const engines = (env: Readonly<Record<string, string>>) =>
  readEngines(withDefaults({ KAFKA_BROKERS: "k:9092", CASSANDRA_CONTACT_POINTS: "c:9042", ...env }));
/** What a file of authorities holds is the clients' matter. */
const caFile = import.meta.filename;

describe("what clients of the engines are told", () => {
  test("is to speak plain text, unless TLS is asked for", () => {
    const config = engines({});
    expect([kafkaOf(config).security, clusterOf(config).tls]).toEqual([{}, undefined]);
  });

  test("is to trust the authorities that Node knows, or those of a file", async () => {
    const known = engines({ KAFKA_TLS: "on", CASSANDRA_TLS: "on" });
    expect([kafkaOf(known).security, clusterOf(known).tls]).toEqual([{ tls: {} }, {}]);
    const ca = await readFile(caFile, "utf8");
    const own = { KAFKA_CA_FILE: caFile, CASSANDRA_CA_FILE: caFile, CASSANDRA_TLS_NAME: "cassandra.example" };
    const trusting = engines({ KAFKA_TLS: "on", CASSANDRA_TLS: "on", ...own });
    expect([kafkaOf(trusting).security, clusterOf(trusting).tls]).toEqual([
      { tls: { ca } },
      { ca, name: "cassandra.example" },
    ]);
  });

  test("rejects a file of authorities that is not there", () => {
    const config = engines({ KAFKA_TLS: "on", KAFKA_CA_FILE: "/absent.pem" });
    expect(() => kafkaOf(config)).toThrow("a file of authorities must be readable, /absent.pem was not");
  });
});
