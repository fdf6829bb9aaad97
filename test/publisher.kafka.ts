import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { openCassandraClient } from "#adapters/cassandra/client.ts";
import { PartitionWriter } from "#adapters/kafka/partition-writer.ts";
import { closeServer, listen } from "#adapters/node/health-server.ts";
import { consoleConsumer } from "./console-consumer.ts";
import { startWorker, type TestWorker } from "./worker-process.ts";

const PATIENT = { timeout: 60_000, interval: 250 };
const name = randomUUID().replaceAll("-", "");
const topics = {
  ticks: `stock-analyzer-${name}`,
  average: `average-stock-price-${name}`,
  stocks: `stocks_averages-${name}`,
};
/** What the setup makes and the publisher writes. */
const READERS = { AVERAGE_PRICE_TOPIC: topics.average, STOCK_AVERAGES_TOPIC: topics.stocks, STOCK_TABLE: "on" };
const SLIDING = { STOCK_AVERAGES_SLIDING: "10s/5s", INFLUX_SLIDING: "3s/1s" };
const CHANNEL = "average-stock-price";

/** What the systems before this one wrote to their topics: their three shapes, one record each. */
const RECORDS = [
  `[{"StockSymbol":"IBM","LastTradePrice":"0.1","LastTradeDateTime":"2013-10-07T13:30:01Z"},` +
    `{"StockSymbol":"SPY","LastTradePrice":"168.10","LastTradeDateTime":"2013-10-07T13:30:02Z"}]`,
  `{"symbol":"IBM","last_trade_time":"2013-10-07T13:30:59","price":0.2}`,
  `SPY,BUY,168.3,100,1381152610000,2013-10-07 13:30:10\nSPY,SELL,168.2,50,1381152610000,2013-10-07 13:30:10`,
  `{"symbol":"IBM","last_trade_time":"2013-10-07T13:31:00","price":7}`,
];
const AVERAGES = [
  '{"symbol":"IBM","timestamp":1381152660,"average":0.15}',
  '{"symbol":"SPY","timestamp":1381152660,"average":168.2}',
  '{"symbol":"IBM","timestamp":1381152720,"average":7}',
];

/** Of 10 s every 5 s. */
const SLIDING_AVERAGES = [
  { start: "29:55", end: "30:05", stockName: "IBM", values: [0.1, 0.1, 0.1, 1] },
  { start: "29:55", end: "30:05", stockName: "SPY", values: [168.1, 168.1, 168.1, 1] },
  { start: "30:00", end: "30:10", stockName: "IBM", values: [0.1, 0.1, 0.1, 1] },
  { start: "30:00", end: "30:10", stockName: "SPY", values: [168.1, 168.1, 168.1, 1] },
  { start: "30:05", end: "30:15", stockName: "SPY", values: [168.25, 168.2, 168.3, 2] },
  { start: "30:10", end: "30:20", stockName: "SPY", values: [168.25, 168.2, 168.3, 2] },
  { start: "30:50", end: "31:00", stockName: "IBM", values: [0.2, 0.2, 0.2, 1] },
  { start: "30:55", end: "31:05", stockName: "IBM", values: [3.6, 0.2, 7, 2] },
  { start: "31:00", end: "31:10", stockName: "IBM", values: [7, 7, 7, 1] },
];

const lines: string[] = [];
const influx = createServer((request, response) => {
  void textOf(request).then((body) => {
    if (request.method === "POST" && request.headers.authorization === "Token secret") lines.push(...body.split("\n"));
    response.writeHead(204).end();
  });
});
const said: string[] = [];
const workers: TestWorker[] = [];
const redisUrl = inject("redisUrl");
let subscriber: ReturnType<typeof createClient> | undefined;

const start = (worker: string, environment: Readonly<Record<string, string>> = {}): TestWorker => {
  const { address, dataCenter } = inject("cassandra");
  const started = startWorker(worker, {
    KAFKA_BROKERS: inject("kafka").address,
    CASSANDRA_CONTACT_POINTS: address,
    CASSANDRA_DATA_CENTER: dataCenter,
    CASSANDRA_KEYSPACE: `publisher_${name}`,
    TICKS_TOPIC: topics.ticks,
    TICKS_PARTITIONS: "1",
    BARS_TOPIC: `bars-${name}`,
    GROUP: `aggregators-${name}`,
    LIFE_MS: "1000",
    IDLE_MS: "2000",
    SLIDING_AVERAGES: "10s/5s,3s/1s",
    ...environment,
  });
  workers.push(started);
  return started;
};

beforeAll(async () => {
  await listen(influx, { host: "127.0.0.1", port: 0 });
  if (redisUrl !== undefined) {
    subscriber = createClient({ url: redisUrl });
    await subscriber.connect();
    await subscriber.subscribe(CHANNEL, (message) => said.push(message));
  }
  const setup = start("setup", READERS);
  expect([await setup.ended, setup.log]).toEqual([0, expect.stringContaining("done")]);
  await using writer = new PartitionWriter({ brokers: [inject("kafka").address], topic: topics.ticks });
  await writer.write(
    0,
    RECORDS.map((record) => ({ key: Buffer.from("constant"), value: Buffer.from(record) })),
  );
  start("aggregator");
  const { port } = influx.address() as { readonly port: number };
  start("publisher", {
    ...READERS,
    ...(redisUrl && { REDIS_URL: redisUrl, REDIS_CHANNEL: CHANNEL }),
    INFLUX_URL: `http://127.0.0.1:${port}/api/v2/write?org=o&bucket=b`,
    INFLUX_TOKEN: "secret",
    ...SLIDING,
  });
});

afterAll(async () => {
  for (const worker of workers) await worker[Symbol.asyncDispose]();
  await subscriber?.close();
  await closeServer(influx);
});

describe("a pipeline between the readers and writers of older ones", () => {
  test("writes exact averages of whole windows, one symbol each, as Kafka's console consumer sees", async () => {
    expect(await consoleConsumer(topics.average, AVERAGES.length)).toEqual(AVERAGES);
  });

  test("writes sliding averages with extremes and counts, each window once", async () => {
    const rows = SLIDING_AVERAGES.map(({ start, end, stockName, values }) => {
      const window = `"start":"2013-10-07T13:${start}.000Z","end":"2013-10-07T13:${end}.000Z"`;
      const [average, least, greatest, count] = values;
      return `{${window},"stockName":"${stockName}","avgPrice":${average},"minPrice":${least},"maxPrice":${greatest},"count":${count}}`;
    });
    expect(await consoleConsumer(topics.stocks, rows.length)).toEqual(rows);
  });

  test("says the averages on a Redis channel, where there is a Redis", async () => {
    await expect.poll(() => said, PATIENT).toEqual(redisUrl === undefined ? [] : AVERAGES);
  });

  test("keeps every raw trade in the table stock, those of one instant too", async () => {
    const { address, dataCenter } = inject("cassandra");
    const client = openCassandraClient({ contactPoints: [address], dataCenter });
    const read = async (symbol: string): Promise<readonly string[]> => {
      const query = `SELECT trade_time, trade_price FROM publisher_${name}.stock WHERE stock_symbol = ? AND day = '2013-10-07'`;
      const { rows } = await client.execute(query, [symbol], { prepare: true });
      return rows.map((row) => `${(row.get("trade_time") as Date).toISOString()} ${String(row.get("trade_price"))}`);
    };
    await expect
      .poll(() => read("SPY"), PATIENT)
      .toEqual(["2013-10-07T13:30:02.000Z 168.1", "2013-10-07T13:30:10.000Z 168.3", "2013-10-07T13:30:10.000Z 168.2"]);
    await client.shutdown();
  });

  test("posts bars and raw trades as line protocol", async () => {
    const isLine = /^(bars|trades)(,[a-z]+=(\\.|[^,= \\])+)+ [a-z]+=[\d.]+i?(,[a-z]+=([\d.]+i?|"[^"]+"))* \d+$/;
    await expect.poll(() => lines.length, PATIENT).toBeGreaterThanOrEqual(22);
    expect(lines.filter((line) => !isLine.test(line))).toEqual([]);
    expect(lines).toContain(
      "bars,interval=1m,symbol=IBM open=0.1,high=0.2,low=0.1,close=0.2,volume=2,mean=0.15,vwap=0.15,trades=2i 1381152600000",
    );
    expect(lines).toContain(
      "bars,interval=3s/1s,symbol=IBM open=0.2,high=7,low=0.2,close=7,volume=2,mean=3.6,vwap=3.6,trades=2i 1381152661000",
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^trades,symbol=IBM price=0.2,size=1,id="\S+" 1381152659000\d{6}$/),
    );
  });

  test("ends by itself, with exit code 0, when it is asked to", async () => {
    const running = workers.slice(1);
    for (const { child } of running) child.kill("SIGTERM");
    expect(await Promise.all(running.map(({ ended }) => ended))).toEqual([0, 0]);
    expect(running.map(({ log }) => log.includes('"message":"ends"'))).toEqual([true, true]);
  });
});
