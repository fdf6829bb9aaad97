import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import type { Clock } from "#core/ports/clock.ts";
import { epochMs } from "#core/units.ts";
import { isAlive } from "#local/processes.ts";
import { childrenOf } from "#test/child-processes.ts";
import { runCommandLine, startCommand } from "#test/command.ts";
import { until } from "#test/until.ts";
import { reasonOfSilence, untilEnginesAnswer } from "./await-engines.ts";

/** Nobody listens there. */
const NOBODY = "127.0.0.1:9";
const never = new AbortController().signal;

/** A clock that moves when somebody sleeps, and the second of everything that was said. */
const watch = () => {
  let nowMs = 0;
  const said: string[] = [];
  const clock: Clock = {
    nowMs: () => epochMs(nowMs),
    sleep: async (durationMs) => void (nowMs += durationMs),
  };
  return { said, clock, say: (line: string) => void said.push(`${nowMs / 1_000} s: ${line}`) };
};

test("waits silently for some seconds, says for whom it waits, and goes on as soon as both answer", async () => {
  const { said, clock, say } = watch();
  const ask = async (address: string) => {
    const opensAtMs = address === "k:9092" ? 10_000 : 20_000;
    return clock.nowMs() < opensAtMs ? "connection refused" : undefined;
  };
  await untilEnginesAnswer({ brokers: ["k"], contactPoints: ["c:9042"] }, { stop: never, clock, say, ask });
  expect(said).toEqual([
    "3 s: waits for Kafka at k:9092 (connection refused) and Cassandra at c:9042 (connection refused); Ctrl-C ends it",
    "10 s: waits for Cassandra at c:9042 (connection refused); Ctrl-C ends it",
  ]);
  expect(clock.nowMs()).toBe(20_000);
});

test("one address of an engine that answers is enough", async () => {
  const { said, clock, say } = watch();
  const ask = async (address: string) => (address === "gone:9092" ? "no such host" : undefined);
  const engines = { brokers: ["gone:9092", "there:9092"], contactPoints: ["[::1]:9042"] };
  await untilEnginesAnswer(engines, { stop: never, clock, say, ask });
  expect([said, clock.nowMs()]).toEqual([[], 0]);
});

test("gives up in the end, with a sentence", async () => {
  const { clock, say } = watch();
  const ask = async (address: string) => (address.startsWith("k") ? "no answer" : undefined);
  const engines = { brokers: ["k1:9092", "k2:9092"], contactPoints: ["c:9042"] };
  await expect(untilEnginesAnswer(engines, { stop: never, clock, say, ask })).rejects.toThrow(
    "engines must answer within 120 s, was waiting for Kafka at k1:9092,k2:9092 (no answer)",
  );
});

test("tells why nobody answers", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  expect(await reasonOfSilence(`127.0.0.1:${port}`)).toBeUndefined();
  server.close();
  expect(await reasonOfSilence(NOBODY)).toBe("connection refused");
});

const told = { KAFKA_BROKERS: NOBODY, CASSANDRA_CONTACT_POINTS: NOBODY };

test("start:kafka says that it waits for engines, and ends when it is asked to", { timeout: 60_000 }, async () => {
  const command = startCommand("start-kafka", ["--port", "0"], { environment: told });
  await command.said(`waits for Kafka at ${NOBODY} (connection refused)`);
  command.child.kill("SIGINT");
  const { code, stderr } = await command.ended;
  expect([code, stderr]).toEqual([0, ""]);
});

test("start:kafka takes an address that is none for a wrong use, at once", async () => {
  const environment = { ...told, KAFKA_BROKERS: "localhost:port" };
  expect(await runCommandLine("start-kafka", [], { environment })).toEqual({
    code: 2,
    stdout: "",
    stderr:
      'KAFKA_BROKERS must be host or host:port each, was "localhost:port"; --help says what there is [TAPE_USAGE]\n',
  });
});

test("who asks start:kafka twice to end leaves no process behind", { timeout: 60_000 }, async () => {
  const sockets: { destroy: () => unknown }[] = [];
  const mute = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await once(mute, "listening");
  const address = `127.0.0.1:${(mute.address() as AddressInfo).port}`;
  const environment = { KAFKA_BROKERS: address, CASSANDRA_CONTACT_POINTS: address };
  const command = startCommand("start-kafka", ["--port", "0"], { environment });
  const setups = async () =>
    (await childrenOf(command.child.pid!)).filter((each) => each.command.includes("workers/setup"));
  await until("topics and tables must be under way", async () => (await setups()).length === 1 && sockets.length > 2);
  const [setup] = await setups();
  command.child.kill("SIGINT");
  await command.said("ends");
  command.child.kill("SIGINT");
  expect((await command.ended).code).toBe(130);
  await until("it must be gone", () => !isAlive(setup!.pid));
  for (const socket of sockets) socket.destroy();
  mute.close();
});
