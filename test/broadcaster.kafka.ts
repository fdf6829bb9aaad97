import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PartitionWriter } from "#adapters/kafka/partition-writer.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { createTicketKey } from "#adapters/node/ticket-key.ts";
import { CLIENT_LIMITS } from "#core/protocol/client-message.ts";
import { SUBPROTOCOL } from "#core/protocol/subprotocol.ts";
import { textToSeal, ticketText } from "#core/tickets/ticket.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { freePorts } from "#local/jars/free-ports.ts";
import { openTemporaryDir } from "#local/temporary-dir.ts";
import { buildWeb, endBuilder } from "#tools/build-web.ts";
import { environment } from "#workers/broadcaster/config.ts";
import { openBrowser } from "./browser.ts";
import { DESKTOP, look, openPage } from "./dashboard-page.ts";
import { askTicket, outcomeOf, tryConnect, type Entrance } from "./entrance.ts";
import { intrude, OWN_PAGE } from "./hostile/clients.ts";
import { openGoodClient, type GoodClient } from "./hostile/good-client.ts";
import { FOREIGN_NAMES, REFUSED_MESSAGES, subscribe } from "./hostile/messages.ts";
import { openKafkaRig, type KafkaRig } from "./kafka-rig.ts";
import { until } from "./until.ts";
import { startWorker, type TestWorker } from "./worker-process.ts";

const SECRET = "the secret of all replicas of this test";
const ELSEWHERE = "https://elsewhere.example";
const INTERVAL_MS = durationMs(10_000);
const HISTORY_BARS = 900;
const SYMBOLS = ["IBM", "SPY"];
const LONG = { timeout: 60_000 };

type Replica = Entrance & { readonly worker: TestWorker; readonly pageUrl: string };

const ends = new AsyncDisposableStack();
/** Every ticket that was shown or handed out. */
const tickets: string[] = [];
let sequence = 0;
let rig: KafkaRig;
let [first, second] = [] as unknown as [Replica, Replica];
let good: GoodClient;

const startReplica = async (siteDir: string): Promise<Replica> => {
  const [port, healthPort] = (await freePorts(2)) as [number, number];
  const config = {
    ...rig.config,
    source: "sim:?trades=0",
    offeredIntervalsMs: [durationMs(300_000)],
    idleMs: durationMs(10_000),
    heartbeatMs: durationMs(1_000),
    host: "127.0.0.1",
    port,
    connectionMs: durationMs(7_200_000),
    siteDir,
    symbols: SYMBOLS,
    words: "",
    kind: "live" as const,
    passes: undefined,
    tickets: { secret: SECRET, lifeMs: durationMs(60_000), allowedOrigins: [ELSEWHERE] },
  };
  const worker = ends.use(
    startWorker("broadcaster", { ...environment(config), HTTP_HOST: "127.0.0.1", HEALTH_PORT: String(healthPort) }),
  );
  await until("a broadcaster must run", () => worker.log.includes('"message":"runs"'));
  const address = `127.0.0.1:${port}`;
  const pageUrl = `http://${address}`;
  return { worker, pageUrl, ticketsUrl: `${pageUrl}/tickets`, webSocketUrl: `ws://${address}/socket` };
};

const putTrades = async (timesMs: readonly number[]): Promise<void> => {
  await using writer = new PartitionWriter({ ...rig.config, topic: rig.config.ticksTopic });
  const lines = timesMs.flatMap((eventTimeMs) =>
    SYMBOLS.map((symbol) => JSON.stringify({ symbol, price: "10.5", size: 1, eventTimeMs, sequence: ++sequence })),
  );
  await writer.write(0, [{ key: Buffer.from("same"), value: Buffer.from(lines.join("\n")) }]);
  await until("all trades must be stored", async () => (await rig.storedTrades()) === sequence);
};

const freshTicket = async (headers: Readonly<Record<string, string>> = {}, replica = first): Promise<string> => {
  const { ticket = "" } = await askTicket(replica, headers);
  tickets.push(ticket);
  return ticket;
};

/** More trades come, and the good client, still on its first socket, ends with the bars of the store. */
const othersAreUndisturbed = async (): Promise<void> => {
  await putTrades([clock.nowMs()]);
  const span = { startMs: epochMs(clock.nowMs() - 86_400_000), endMs: epochMs(clock.nowMs() + 60_000) };
  const isOfTheSubscription = (row: string): boolean => row.split(",")[1] === "10s";
  const stored = (await rig.rows(SYMBOLS, span)).filter(isOfTheSubscription);
  expect(stored.length).toBeGreaterThan(2 * HISTORY_BARS - 4);
  await expect.poll(() => good.rows(), LONG).toEqual(stored);
  expect(good.socket.readyState).toBe(good.socket.OPEN);
};

beforeAll(async () => {
  rig = ends.use(await openKafkaRig({ partitions: 1, intervals: ["10s", "1m"] }));
  ends.use(await rig.worker());
  const { dir } = ends.use(await openTemporaryDir("broadcaster-"));
  const siteDir = await buildWeb({ outDir: dir });
  await endBuilder();
  [first, second] = await Promise.all([startReplica(siteDir), startReplica(siteDir)]);
  const nowMs = clock.nowMs();
  await putTrades(Array.from({ length: HISTORY_BARS }, (_, index) => nowMs - index * INTERVAL_MS));
  good = await openGoodClient(first, await freshTicket(OWN_PAGE), SYMBOLS, INTERVAL_MS);
});

afterAll(async () => {
  good?.socket.close();
  await ends.disposeAsync();
});

test("who shows no good ticket does not connect, at any replica, and the log says why", LONG, async () => {
  const connect = (protocols: readonly string[], origin?: string, replica = first) =>
    outcomeOf(tryConnect(replica, protocols, origin));
  const sealed = (expiresInMs: number, key = SECRET): string => {
    const expiresAtMs = epochMs(clock.nowMs() + expiresInMs);
    const text = textToSeal({ id: `made-${++sequence}`.padEnd(22, "_"), expiresAtMs, subject: "", origin: "" });
    return ticketText(text, createTicketKey(key).sealOf(text));
  };
  const before = sequence;
  expect(await connect([])).toBe(401);
  expect(await connect([SUBPROTOCOL])).toBe(403);
  expect(await connect([SUBPROTOCOL, "ticket.__proto__"])).toBe(403);
  expect(await connect([SUBPROTOCOL, sealed(-1)])).toBe(403);
  expect(await connect([SUBPROTOCOL, sealed(60_000, "another secret")])).toBe(403);
  expect(await connect([SUBPROTOCOL, sealed(60_000)])).toBe("open");
  sequence = before;

  const used = await freshTicket();
  expect(await connect([SUBPROTOCOL, used])).toBe("open");
  expect(await connect([SUBPROTOCOL, used], undefined, second)).toBe(403);
  const raced = await freshTicket({}, second);
  const racers = await Promise.all(
    [first, second, first, second].map((each) => connect([SUBPROTOCOL, raced], undefined, each)),
  );
  expect(racers.filter((outcome) => outcome === "open")).toHaveLength(1);

  const foreign = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  expect(await askTicket(first, foreign)).toEqual({ statusCode: 403, ticket: undefined, code: "origin-refused" });
  expect(await connect([SUBPROTOCOL, await freshTicket(OWN_PAGE)], "https://evil.example")).toBe(403);
  expect(await connect([SUBPROTOCOL, await freshTicket({ origin: ELSEWHERE })], ELSEWHERE)).toBe("open");
  const handed = await fetch(first.ticketsUrl, { method: "POST", headers: { origin: ELSEWHERE } });
  expect(handed.headers.get("access-control-allow-origin")).toBe(ELSEWHERE);
  for (const code of ["credential-missing", "origin-refused", "ticket-expired", "ticket-forged", "ticket-malformed"])
    expect(first.worker.log).toContain(`"code":"${code}"`);
  expect(first.worker.log + second.worker.log).toContain('"code":"ticket-used"');
  await othersAreUndisturbed();
});

test("what is no message is refused with its code, and a name is a name", LONG, async () => {
  const client = await intrude(first);
  for (const [message, code] of REFUSED_MESSAGES)
    expect([message.slice(0, 80), (await client.ask(message)).code]).toEqual([message.slice(0, 80), code]);
  for (const name of FOREIGN_NAMES)
    expect(await client.ask(subscribe({ symbols: [name] }))).toMatchObject({ type: "snapshot", rows: [] });
  expect((await client.ask(subscribe())).rows?.length).toBeGreaterThan(5);
  client.socket.close();
  await othersAreUndisturbed();
});

test("who sends what is binary, oversize or too much is closed, who does not read is passed over", LONG, async () => {
  const [binary, oversize, flood] = await Promise.all([intrude(first), intrude(first), intrude(first)]);
  binary.socket.send(Buffer.from(subscribe()));
  oversize.socket.send(subscribe({ symbols: Array.from({ length: 10_000 }, (_, index) => `S${index}`) }));
  const heard: string[] = [];
  flood.socket.on("message", (data: Buffer) => heard.push(data.toString()));
  for (let count = 0; count <= 2 * CLIENT_LIMITS.messages; count++) flood.socket.send('{"action":"ping"}');
  expect(await Promise.all([binary.closed, oversize.closed, flood.closed])).toEqual([1003, 1009, 1008]);
  expect(heard.filter((text) => text.includes('"too-many-messages"'))).toHaveLength(1);

  const slow = await intrude(first);
  slow.socket.pause();
  const isPassedOver = (): boolean => first.worker.log.includes("a busy connection misses messages");
  for (let count = 0; count < CLIENT_LIMITS.messages - 5 && !isPassedOver(); count++) {
    slow.socket.send(subscribe({ symbols: SYMBOLS, bars: 1_000 }));
    await delay(100);
  }
  await expect.poll(isPassedOver, LONG).toBe(true);
  await othersAreUndisturbed();
  slow.socket.terminate();
});

test("the dashboard gets its tickets by itself, and shows live bars", LONG, async () => {
  await using browser = await openBrowser();
  const complaints: string[] = [];
  const page = await openPage(browser, complaints, { ...DESKTOP, url: `${second.pageUrl}/#IBM/10s` });
  const lastBar = async (): Promise<string> => JSON.stringify((await look(page))!.bars.at(-1));
  expect((await look(page))!.bars.length).toBeGreaterThan(100);
  const before = await lastBar();
  await othersAreUndisturbed();
  await expect.poll(lastBar, LONG).not.toBe(before);
  expect(complaints).toEqual([]);
});

test("no log line holds a ticket, its seal or the secret", async () => {
  const closed = once(good.socket, "close");
  first.worker.child.kill("SIGTERM");
  expect([(await closed)[0], await first.worker.ended]).toEqual([1001, 0]);
  const said = first.worker.log + second.worker.log;
  expect(said).not.toContain(SECRET);
  for (const ticket of tickets) expect(said.includes(ticket) || said.includes(ticket.slice(-43))).toBe(false);
  expect(tickets.length).toBeGreaterThan(3);
});
