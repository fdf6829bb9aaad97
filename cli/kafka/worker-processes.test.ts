import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childrenOf } from "#test/child-processes.ts";
import { until } from "#test/until.ts";
import { freeHealthPorts } from "./settings.ts";
import { runSetup, startWorkers, WORKERS } from "./worker-processes.ts";

/** Nobody answers there. */
const environment = { KAFKA_BROKERS: "127.0.0.1:9", CASSANDRA_CONTACT_POINTS: "127.0.0.1:9" };

let logDir: string;

beforeAll(async () => {
  logDir = await mkdtemp(join(tmpdir(), "worker-processes-"));
});

afterAll(() => rm(logDir, { recursive: true, force: true }));

const lives = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

const setups = async (): Promise<readonly unknown[]> =>
  (await childrenOf(process.pid)).filter(({ command }) => command.includes("workers/setup"));

test("a stop while workers start ends every one of them", { timeout: 60_000 }, async () => {
  const stop = new AbortController();
  const ports = await freeHealthPorts();
  const workers = WORKERS.map((name) => ({ name, environment, healthPort: ports[name] }));
  const starting = startWorkers(workers, { logDir, stop: stop.signal });
  const ended = expect(starting).rejects.toBe("asked to end");
  await until("all must live", async () => (await Promise.all(Object.values(ports).map(lives))).every(Boolean));
  stop.abort("asked to end");
  await ended;
  expect(await Promise.all(Object.values(ports).map(lives))).toEqual([false, false, false]);
});

test("a stop while topics and tables are made ends what makes them", { timeout: 60_000 }, async () => {
  const stop = new AbortController();
  const making = runSetup(environment, { logDir, stop: stop.signal });
  const ended = expect(making).rejects.toBe("asked to end");
  await until("it must live", async () => (await setups()).length === 1);
  stop.abort("asked to end");
  await ended;
  expect(await setups()).toEqual([]);
});
