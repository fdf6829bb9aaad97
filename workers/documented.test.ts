import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { Environment } from "#lambdas/environment.ts";
import * as aggregator from "./aggregator/config.ts";
import * as broadcaster from "./broadcaster/config.ts";
import { withDefaults } from "./defaults.ts";
import * as fetcher from "./fetcher/config.ts";
import * as publisher from "./publisher/config.ts";
import * as setup from "./setup/config.ts";

const page = await readFile(new URL("../docs/kafka.md", import.meta.url), "utf8");

/** Names in the first cells of the page's tables: `NAME` or `NAME=value`. */
const documented = new Set(
  page
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .flatMap((line) => [...line.split("|")[1]!.matchAll(/`([A-Z]+(?:_[A-Z]+)*)(?:=[^`]*)?`/g)])
    .map(([, name]) => name!),
);

/** What makes workers read all that they may be told. */
const ALL_SAID = withDefaults({
  KAFKA_BROKERS: "kafka:9092",
  KAFKA_SASL: "PLAIN",
  KAFKA_USERNAME: "worker",
  KAFKA_PASSWORD: "secret",
  CASSANDRA_CONTACT_POINTS: "cassandra:9042",
  CASSANDRA_TLS: "on",
  CASSANDRA_USERNAME: "worker",
  CASSANDRA_PASSWORD: "secret",
  REDIS_URL: "redis://redis:6379",
  TICKET_SECRET: "s".repeat(32),
  INFLUX_URL: "http://influx:8086/write?db=d",
});

/** The names that `read` asks an environment for. */
const namesRead = (read: (env: Environment) => unknown): ReadonlySet<string> => {
  const names = new Set<string>();
  const get = (env: Environment, name: string): string | undefined => {
    names.add(name);
    return env[name];
  };
  read(new Proxy(ALL_SAID, { get }));
  return names;
};

/** What every worker reads, and its logger. */
const OF_ALL = ["HTTP_HOST", "HEALTH_PORT", "POWERTOOLS_LOG_LEVEL"];
const workers = { aggregator, broadcaster, fetcher, publisher, setup };

describe("docs/kafka.md", () => {
  test.each(Object.entries(workers))("has every variable that the %s reads", (_, { readConfig }) => {
    expect([...OF_ALL, ...namesRead(readConfig)].filter((name) => !documented.has(name))).toEqual([]);
  });

  test("has no variable that no worker reads", () => {
    const read = new Set([
      ...OF_ALL,
      ...Object.values(workers).flatMap(({ readConfig }) => [...namesRead(readConfig)]),
    ]);
    expect([...documented].filter((name) => !read.has(name))).toEqual([]);
  });
});
