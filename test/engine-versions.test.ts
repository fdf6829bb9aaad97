import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

const read = (file: string): Promise<string> => readFile(join(import.meta.dirname, "..", file), "utf8");
const versionIn = async (file: string, pattern: RegExp): Promise<string | undefined> =>
  pattern.exec(await read(file))?.[1];

test("containers have the versions of Kafka and Cassandra that the tests run from jars", async () => {
  const compose = await read("compose.yaml");
  const kafka = await versionIn("local/jars/kafka-broker.ts", /kafka_[\d.]+:([\d.]+)"/);
  const cassandra = await versionIn("local/jars/cassandra-node.ts", /cassandra-all:([\d.]+)"/);
  expect(compose).toContain(`image: apache/kafka:${kafka}\n`);
  expect(compose).toContain(`image: cassandra:${cassandra}\n`);
  const images = [...compose.matchAll(/^ +image: (.*)$/gm)].map(([, image]) => image);
  expect(images.filter((image) => !/^(tapestream:local|[a-z/]+:\d+\.\d+\.\d+)$/.test(image!))).toEqual([]);
});

test("containers start without any variable set: compose would refuse all of them for one that must be", async () => {
  const asked = [...(await read("compose.yaml")).matchAll(/\$\{(\w+)([^}]*)\}/g)];
  expect(asked.filter(([, , fallback]) => !fallback!.startsWith(":-")).map(([, name]) => name)).toEqual([]);
  expect(asked.length).toBeGreaterThan(0);
});
