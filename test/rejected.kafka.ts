import { afterAll, beforeAll, expect, test } from "vitest";
import { PartitionWriter } from "#adapters/kafka/partition-writer.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";
import { environment } from "#workers/aggregator/config.ts";
import { runCommandLine, type Ended } from "./command.ts";
import { openKafkaRig, type KafkaRig } from "./kafka-rig.ts";
import { until } from "./until.ts";

/** So far beyond what is allowed a trade is of the future. */
const AHEAD_MS = 3_000;
const NOBODY = "127.0.0.1:1";

const ends = new AsyncDisposableStack();
let rig: KafkaRig;

beforeAll(async () => {
  rig = ends.use(await openKafkaRig({ partitions: 2, intervals: ["1m"], clockSkewMs: durationMs(1_000) }));
});

afterAll(() => ends.disposeAsync());

const rejected = (flags: readonly string[], told: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  runCommandLine("rejected", [...flags, "--days", "2"], { environment: { ...environment(rig.config), ...told } });

const redrive = async (): Promise<unknown> => {
  const { stdout } = await rejected(["--redrive", "--json"]);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
};

test("what workers refused is listed, and once it can be true put again, once", async () => {
  await using writer = new PartitionWriter({ ...rig.config, topic: rig.config.ticksTopic });
  await writer.partitionCount();
  const nowMs = clock.nowMs();
  const tradeAt = (timeMs: number, sequence: number): OracleTrade => ({
    symbol: "IBM",
    price: "10.5",
    size: "2",
    time: timeMs,
    sequence,
  });
  const [sound, early] = [tradeAt(nowMs, 1), tradeAt(nowMs + rig.config.clockSkewMs + AHEAD_MS, 2)];
  const texts = [sound, early].map(({ time, ...trade }) => JSON.stringify({ ...trade, eventTimeMs: time }));
  const entryOf = (text: string) => ({ key: Buffer.from("IBM"), value: Buffer.from(text) });
  await writer.write(1, [...texts, "what is no trade"].map(entryOf));
  await using _worker = await rig.worker();
  await until("what is sound must be stored", async () => (await rig.storedTrades()) === 1);

  const listed = await rejected([]);
  expect([listed.code, listed.stderr]).toEqual([
    0,
    `reads keyspace ${rig.config.keyspace} of ${rig.config.contactPoints.join(",")}\n`,
  ]);
  expect(listed.stdout).toMatch(/ticks-\w+-1@\S+ {2}1 {2}1 trade: future at 0\n/);
  expect(listed.stdout).toContain("2 rejected records, 2 refused trades, 0 put again");

  await until("the trade must be of the future no more", () => clock.nowMs() > early.time);
  const refused = await rejected(["--redrive"], { KAFKA_BROKERS: NOBODY });
  expect([refused.code, refused.stderr.trimEnd().split("\n").at(-1)]).toEqual([
    1,
    expect.stringMatching(/^topic \S+ must answer, failed with .*\[TAPE_STREAM_UNAVAILABLE\]$/),
  ]);
  expect(await redrive()).toEqual({ records: 2, tradesPut: 1, failures: 0 });
  await until("what was put again must be stored", async () => (await rig.storedTrades()) === 2);
  expect(await redrive()).toEqual({ records: 2, tradesPut: 0, failures: 0 });
  const span = { startMs: epochMs(nowMs - 60_000), endMs: epochMs(nowMs + 120_000) };
  expect(await rig.rows(["IBM"], span)).toEqual(oracleRows([sound, early], ["1m"]));
});

test("says in a sentence what is not there, or not for workers", async () => {
  const dataCenter = rig.config.dataCenter;
  const ended = await Promise.all([
    rejected([], { CASSANDRA_CONTACT_POINTS: NOBODY }),
    rejected([], { CASSANDRA_DATA_CENTER: "elsewhere" }),
    rejected([], { KAFKA_BROKERS: "" }),
    runCommandLine("rejected", ["--failed"], { environment: environment(rig.config) }),
  ]);
  expect(ended.map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual([
    [
      1,
      "",
      `Cassandra must answer, failed with ${NOBODY}: Error: connect ECONNREFUSED ${NOBODY} [TAPE_STORE_UNAVAILABLE]\n`,
    ],
    [
      1,
      "",
      expect.stringMatching(
        new RegExp(`^Cassandra must answer, .*\\[${dataCenter}\\] \\[TAPE_STORE_UNAVAILABLE\\]\\n$`),
      ),
    ],
    [1, "", "KAFKA_BROKERS must not be empty [TAPE_CONFIG_INVALID]\n"],
    [2, "", expect.stringMatching(/^--failed is of AWS and of npm start: .*\[TAPE_USAGE\]\n$/)],
  ]);
});
