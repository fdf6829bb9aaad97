import { GetSecretValueCommand, RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDynamoSymbolRegister } from "#adapters/dynamodb/symbol-register.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { createTicketKey } from "#adapters/node/ticket-key.ts";
import { CLIENT_LIMITS } from "#core/protocol/client-message.ts";
import { SUBPROTOCOL } from "#core/protocol/subprotocol.ts";
import { textToSeal, ticketText } from "#core/tickets/ticket.ts";
import { REFUSAL_CODES } from "#core/tickets/refusals.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { MAX_WATCHED } from "#core/watch-list.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import { openLocalCloud, type LocalCloud } from "#local/cloud.ts";
import { assemble, type Assembly } from "../cli/assemble.ts";
import { aggregatorEnvironment } from "../cli/running.ts";
import { askTicket, entranceOf, outcomeOf, tryConnect, type Entrance, type TicketAnswer } from "./entrance.ts";
import { intrude, OWN_PAGE, type Intruder } from "./hostile/clients.ts";
import { openGoodClient, type GoodClient } from "./hostile/good-client.ts";
import { INTERVAL_MS, putTrades, storedRows, SYMBOLS } from "./hostile/market.ts";
import { FOREIGN_NAMES, REFUSED_MESSAGES, subscribe } from "./hostile/messages.ts";

/** Short windows, nobody else's trades, and few tickets at once, as a laptop starts a process for each. */
const SETTINGS = {
  source: "sim:?trades=0",
  arrivalWindowSeconds: "1",
  batchingWindowSeconds: "0",
  ticketsPerSecond: "10",
  ticketsBurst: "40",
} as const;
const HISTORY_BARS = 900;

const PATIENT = { timeout: 120_000 };

let assembly: Assembly;
let cloud: LocalCloud;
let entrance: Entrance;
let secret: string;
let good: GoodClient;
const logLines: string[] = [];
/** A flood keeps so many requests under way: each is a process here. */
const AT_ONCE = 4;
/** Every ticket that was shown or handed out. */
const tickets: string[] = [];

beforeAll(async () => {
  assembly = await assemble(SETTINGS);
  cloud = await openLocalCloud({
    assemblyDir: assembly.dir,
    idleCloseMs: durationMs(100),
    onEvent: (event) => logLines.push(event.kind === "logged" ? event.line : JSON.stringify(event)),
  });
  entrance = entranceOf(cloud);
  Object.assign(process.env, cloud.environment);
  const secrets = new SecretsManagerClient({});
  const SecretId = cloud.functions.map(({ environment }) => environment["TICKET_SECRET_ARN"]).find(Boolean);
  secret = (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString!;
  secrets.destroy();
  const nowMs = clock.nowMs();
  await putTrades(
    cloud,
    Array.from({ length: HISTORY_BARS }, (_, index) => nowMs - index * INTERVAL_MS),
  );
  good = await openGoodClient(entrance, await freshTicket(OWN_PAGE), SYMBOLS, INTERVAL_MS);
}, PATIENT.timeout);

afterAll(async () => {
  good?.socket.close();
  await cloud[Symbol.asyncDispose]();
  await assembly[Symbol.asyncDispose]();
});

const freshTicket = async (headers: Readonly<Record<string, string>> = {}): Promise<string> => {
  const { ticket = "" } = await askTicket(entrance, headers);
  tickets.push(ticket);
  return ticket;
};

/** More trades come, and the good client, still on its first socket, ends with the bars of the store. */
const othersAreUndisturbed = async (): Promise<void> => {
  await putTrades(cloud, [clock.nowMs()]);
  await cloud.settle();
  const stored = await storedRows(cloud);
  expect(stored.length).toBeGreaterThan(2 * HISTORY_BARS - 4);
  await expect.poll(() => good.rows(), { timeout: 10_000 }).toEqual(stored);
  expect(good.socket.readyState).toBe(good.socket.OPEN);
};

test("who shows no good ticket does not connect, and the log says why", PATIENT, async () => {
  const connect = (protocols: readonly string[], origin?: string) => outcomeOf(tryConnect(entrance, protocols, origin));
  let made = 0;
  const sealed = (expiresInMs: number, key = secret): string => {
    const expiresAtMs = epochMs(clock.nowMs() + expiresInMs);
    const text = textToSeal({ id: `made-${++made}`.padEnd(22, "_"), expiresAtMs, subject: "", origin: "" });
    const ticket = ticketText(text, createTicketKey(key).sealOf(text));
    tickets.push(ticket);
    return ticket;
  };
  expect(await connect([])).toBe(401);
  expect(await connect([SUBPROTOCOL])).toBe(403);
  expect(await connect([SUBPROTOCOL, "jwt.e30.e30.c2VhbA"])).toBe(403);
  expect(await connect([SUBPROTOCOL, "ticket.__proto__"])).toBe(403);
  expect(await connect([SUBPROTOCOL, sealed(-1)])).toBe(403);
  expect(await connect([SUBPROTOCOL, sealed(60_000, "another secret")])).toBe(403);
  expect(
    await connect([SUBPROTOCOL, (await freshTicket()).replace(/\.(\d)/, (_, digit) => `.${(Number(digit) % 9) + 1}`)]),
  ).toBe(403);
  expect(await connect([SUBPROTOCOL, sealed(60_000)])).toBe("open");

  const once = await freshTicket();
  expect(await connect([SUBPROTOCOL, once])).toBe("open");
  expect(await connect([SUBPROTOCOL, once])).toBe(403);
  const raced = await freshTicket();
  const racers = await Promise.all(Array.from({ length: 5 }, () => connect([SUBPROTOCOL, raced])));
  expect(racers.toSorted((one, other) => (String(one) < String(other) ? -1 : 1))).toEqual([403, 403, 403, 403, "open"]);

  expect(await askTicket(entrance, { origin: "https://evil.example", "sec-fetch-site": "cross-site" })).toEqual({
    statusCode: 403,
    ticket: undefined,
    code: "origin-refused",
  });
  expect(await connect([SUBPROTOCOL, await freshTicket(OWN_PAGE)], "https://evil.example")).toBe(403);
  expect(await connect([SUBPROTOCOL, await freshTicket()], "https://evil.example")).toBe(403);
  expect(await connect([SUBPROTOCOL, await freshTicket(OWN_PAGE)])).toBe(403);

  const said = logLines.join("\n");
  const codes = REFUSAL_CODES.filter((code) => said.includes(`"code":"${code}"`));
  expect(codes).toEqual(REFUSAL_CODES.filter((code) => code !== "token-refused"));
  await othersAreUndisturbed();
});

test("a client that was let in is refused what is no message, each with its code", PATIENT, async () => {
  const client = await intrude(entrance);
  for (const [message, code] of REFUSED_MESSAGES) {
    expect([message.slice(0, 80), (await client.ask(message)).code]).toEqual([message.slice(0, 80), code]);
  }
  client.socket.close();
  await othersAreUndisturbed();
});

test("a name is a name: none reads what belongs to another", PATIENT, async () => {
  const client = await intrude(entrance);
  for (const name of FOREIGN_NAMES) {
    expect([name, await client.ask(subscribe({ symbols: [name] }))]).toMatchObject([
      name,
      { type: "snapshot", rows: [] },
    ]);
  }
  expect((await client.ask(subscribe({ bars: 100 }))).rows?.length).toBeGreaterThan(5);
  client.socket.close();
  await othersAreUndisturbed();
});

test("a client that asks for ever more symbols gets so many", PATIENT, async () => {
  const client = await intrude(entrance);
  const groups = CLIENT_LIMITS.subscriptions / CLIENT_LIMITS.symbols;
  const answers = [];
  for (let group = 0; group < groups + 5; group++) {
    const symbols = Array.from({ length: CLIENT_LIMITS.symbols }, (_, index) => `T${group * 100 + index}`);
    answers.push((await client.ask(subscribe({ symbols, bars: 1 }))).code ?? "snapshot");
  }
  expect(answers).toEqual([
    ...Array.from({ length: groups }, () => "snapshot"),
    ...Array.from({ length: 5 }, () => "too-many-subscriptions"),
  ]);
  client.socket.close();
  await othersAreUndisturbed();
});

test("a client that sends what is binary or oversize is closed", PATIENT, async () => {
  const [binary, oversize] = await Promise.all([intrude(entrance), intrude(entrance)]);
  binary.socket.send(Buffer.from(subscribe()));
  const symbols = Array.from({ length: 10_000 }, (_, index) => `S${index}`);
  oversize.socket.send(subscribe({ symbols }));
  expect(await Promise.all([binary.closed, oversize.closed])).toEqual([1003, 1009]);
  await othersAreUndisturbed();
});

test("a client that floods is told so and closed", PATIENT, async () => {
  const client = await intrude(entrance);
  const codes = new Set<string>();
  let isOver = false;
  void client.closed.then(() => (isOver = true));
  const flood = async (): Promise<void> => {
    while (!isOver)
      codes.add(
        (await Promise.race([client.ask('{"action":"ping"}'), client.closed.then(() => ({ code: "closed" }))])).code ??
          "pong",
      );
  };
  await Promise.all(Array.from({ length: AT_ONCE }, flood));
  expect(await client.closed).toBe(1000);
  expect(codes).toContain("too-many-messages");
  await othersAreUndisturbed();
});

test("a client that does not read is passed over", PATIENT, async () => {
  const client = await intrude(entrance);
  client.socket.pause();
  const isPassedOver = (): boolean => logLines.some((line) => line.includes("a busy connection misses messages"));
  for (let count = 0; count < CLIENT_LIMITS.messages - 5 && !isPassedOver(); count++) {
    client.socket.send(subscribe({ symbols: SYMBOLS, bars: 1_000 }));
    await delay(200);
  }
  await expect.poll(isPassedOver, { timeout: 20_000 }).toBe(true);
  await othersAreUndisturbed();
  client.socket.terminate();
});

test("who asks for too many tickets at once gets 429", PATIENT, async () => {
  const answers: TicketAnswer[] = [];
  const isRefused = (): boolean => answers.some(({ statusCode }) => statusCode === 429);
  const flood = async (): Promise<void> => {
    while (!isRefused()) answers.push(await askTicket(entrance));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, flood));
  tickets.push(...answers.flatMap(({ ticket }) => ticket ?? []));
  const statuses = answers.map(({ statusCode }) => statusCode);
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  await othersAreUndisturbed();
});

test("a rotation of the secret keeps nobody out", PATIENT, async () => {
  const connect = (ticket: string) => outcomeOf(tryConnect(entrance, [SUBPROTOCOL, ticket]));
  await delay(3_000);
  const before = await freshTicket();
  const secrets = new SecretsManagerClient({});
  const SecretId = cloud.functions.map(({ environment }) => environment["TICKET_SECRET_ARN"]).find(Boolean);
  await secrets.send(new RotateSecretCommand({ SecretId }));
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  secrets.destroy();
  expect(SecretString).not.toBe(secret);
  expect([await connect(before), await connect(await freshTicket())]).toEqual(["open", "open"]);
  await othersAreUndisturbed();
});

test("clients that have ever more symbols watched fill a list of so many, and no table", PATIENT, async () => {
  const { symbolsTable } = readConfig(aggregatorEnvironment(cloud));
  await using register = openDynamoSymbolRegister({ table: symbolsTable, clock });
  const before = MAX_WATCHED - 10 * CLIENT_LIMITS.symbols;
  await register.watch(Array.from({ length: before }, (_, index) => `V${index}`));
  const clients = await Promise.all([intrude(entrance), intrude(entrance)]);
  const groups = 12;
  const flood = async (client: Intruder, which: number): Promise<readonly string[]> => {
    const answers = [];
    for (let group = 0; group < groups; group++) {
      const symbols = Array.from({ length: CLIENT_LIMITS.symbols }, (_, index) => `W${which}-${group * 100 + index}`);
      answers.push((await client.ask(JSON.stringify({ action: "watch", symbols }))).code ?? "watched");
    }
    return answers;
  };
  const answers = (await Promise.all(clients.map(flood))).flat();
  expect(new Set(answers)).toEqual(new Set(["watched", "too-many-watched"]));

  const watched = (await register.list()).filter(({ isWatched }) => isWatched);
  const granted = answers.filter((answer) => answer === "watched").length * CLIENT_LIMITS.symbols;
  expect(watched).toHaveLength(before + granted);
  expect(watched.length).toBeLessThanOrEqual(MAX_WATCHED);
  for (const { socket } of clients) socket.close();
  await othersAreUndisturbed();
});

test("no log line holds a ticket, its seal or the secret", () => {
  const said = logLines.join("\n");
  expect(said).not.toContain(secret);
  for (const ticket of tickets) expect(said.includes(ticket) || said.includes(ticket.slice(-43))).toBe(false);
  expect(said).not.toContain("ticket.");
  expect(tickets.length).toBeGreaterThan(10);
});
