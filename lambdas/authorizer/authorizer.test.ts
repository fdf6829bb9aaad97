import { describe, expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryTicketStore } from "#adapters/memory/ticket-store.ts";
import { createTicketKey } from "#adapters/node/ticket-key.ts";
import { PipelineError } from "#core/errors.ts";
import type { TicketKeys } from "#core/ports/ticket-keys.ts";
import type { TokenReading } from "#core/ports/token-verifier.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { createSocketPorts, startMs } from "#test/socket-stage.ts";
import { admitTickets, admitTokens, createAuthorizer, type Admit } from "./authorizer.ts";
import type { ConnectEvent, Headers, HttpEvent } from "./events.ts";
import { createTickets } from "./tickets.ts";

const METHOD_ARN = "arn:aws:execute-api:us-east-1:123456789012:abcdef123/prod/$connect";
const OWN = { origin: "https://dashboard.example", "sec-fetch-site": "same-origin" };
const LIFE_MS = durationMs(60_000);

const connectEvent = (protocols: string, origin = "", connectionId = "c1"): ConnectEvent => ({
  methodArn: METHOD_ARN,
  headers: { "Sec-WebSocket-Protocol": protocols, ...(origin === "" ? {} : { Origin: origin }) },
  requestContext: { connectionId, identity: { sourceIp: "192.0.2.1" } },
});

const httpEvent = (headers: Headers = {}, claims?: object): HttpEvent => ({
  headers,
  requestContext: {
    http: { sourceIp: "192.0.2.1" },
    ...(claims === undefined ? {} : { authorizer: { jwt: { claims: claims as Readonly<Record<string, unknown>> } } }),
  },
});

const stageOf = (admit: Admit) => {
  const { log } = createSocketPorts();
  const authorizer = createAuthorizer({ admit, log });
  return {
    log,
    connect: async (event: ConnectEvent) => {
      const { principalId, policyDocument } = await authorizer(event);
      const [{ Effect, Resource }] = policyDocument.Statement;
      expect(Resource).toBe(METHOD_ARN);
      return Effect === "Allow" ? principalId : Effect;
    },
  };
};

/** Who hands tickets out has a clock that is ahead by so much of that by which they are checked. */
const ticketStage = ({ aheadMs } = { aheadMs: 0 }) => {
  const clock = createManualClock(startMs);
  const versions = [{ key: createTicketKey("secret"), createdAtMs: epochMs(0) }] as const;
  const keys: TicketKeys = { versions: async () => versions };
  const stage = stageOf(admitTickets({ keys, tickets: createMemoryTicketStore(), clock }));
  let made = 0;
  const newId = () => String(++made).padStart(22, "0");
  const allowedOrigins = ["https://desk.example"];
  const handed = { ...clock, nowMs: () => epochMs(clock.nowMs() + aheadMs) };
  const hand = createTickets({ keys, clock: handed, log: stage.log, newId, ticketLifeMs: LIFE_MS, allowedOrigins });
  return {
    ...stage,
    clock,
    hand,
    ticket: async (headers?: Headers, claims?: object) => {
      const { body } = await hand(httpEvent(headers, claims));
      return (JSON.parse(body) as { readonly ticket: string }).ticket;
    },
  };
};

describe("tickets", () => {
  test("open one socket each, in their time, wherever they stand among the subprotocols", async () => {
    const { connect, ticket, clock } = ticketStage();
    const one = await ticket();
    expect(await connect(connectEvent(`tapestream.v1, ${one}`))).toBe("anonymous");
    expect(await connect(connectEvent(`tapestream.v1,${one}`, "", "c2"))).toBe("Deny");
    const [inTime, late] = [await ticket(), await ticket()];
    await clock.advance(LIFE_MS - 1);
    expect(await connect(connectEvent(`${inTime}, tapestream.v1`))).toBe("anonymous");
    await clock.advance(1);
    expect(await connect(connectEvent(late))).toBe("Deny");
  });

  test("last longer or shorter by what the clocks of who hands them out and who checks them differ", async () => {
    for (const aheadMs of [-50_000, 0, 50_000]) {
      const { connect, ticket, clock } = ticketStage({ aheadMs });
      const [inTime, late] = [await ticket(), await ticket()];
      await clock.advance(LIFE_MS + aheadMs - 1);
      expect(await connect(connectEvent(inTime))).toBe("anonymous");
      await clock.advance(1);
      expect(await connect(connectEvent(late))).toBe("Deny");
      // it was refused as too old, and one that was used stays so
      expect(await connect(connectEvent(inTime, "", "c2"))).toBe("Deny");
    }
  });

  test("are for the origin that asked for them", async () => {
    const { connect, ticket } = ticketStage();
    expect(await connect(connectEvent(await ticket(OWN), OWN.origin))).toBe("anonymous");
    expect(await connect(connectEvent(await ticket(OWN), "https://evil.example"))).toBe("Deny");
    expect(await connect(connectEvent(await ticket(OWN)))).toBe("Deny");
    expect(await connect(connectEvent(await ticket(), OWN.origin))).toBe("Deny");
  });

  test("are handed to pages of the host itself and of allowed origins, and to what is no browser", async () => {
    const { hand } = ticketStage();
    const statusOf = async (headers: Headers): Promise<number> => (await hand(httpEvent(headers))).statusCode;
    expect(await statusOf({})).toBe(200);
    expect(await statusOf(OWN)).toBe(200);
    expect(await statusOf({ origin: "https://desk.example", "sec-fetch-site": "cross-site" })).toBe(200);
    for (const site of ["cross-site", "same-site", "none"])
      expect(await statusOf({ origin: OWN.origin, "sec-fetch-site": site })).toBe(403);
    expect(await statusOf({ origin: "null" })).toBe(403);
    expect(await statusOf({ origin: "https://desk.example.evil.example" })).toBe(403);
  });

  test("are kept by no cache, and say how long they last", async () => {
    const { hand } = ticketStage();
    const { headers, body } = await hand(httpEvent());
    expect(headers).toMatchObject({ "cache-control": "no-store" });
    expect(JSON.parse(body)).toEqual({ ticket: expect.stringMatching(/^ticket\./), expiresInMs: 60_000 });
  });

  test("tell who asked for them, where a token said so", async () => {
    const { connect, ticket } = ticketStage();
    expect(await connect(connectEvent(await ticket({}, { sub: "ada.(1)" })))).toBe("ada.(1)");
    expect(await connect(connectEvent(await ticket({}, { sub: 7 })))).toBe("anonymous");
  });

  test("are not in the log when they are refused, but why is", async () => {
    const { connect, ticket, log } = ticketStage();
    const one = await ticket(OWN);
    for (const shown of ["", "tapestream.v1", "jwt.a.b.c", "ticket.x", `${one.slice(0, -2)}__`, one])
      expect(await connect(connectEvent(shown, "https://evil.example"))).toBe("Deny");
    expect(log.lines.map(({ fields }) => (fields as { code: string }).code)).toEqual([
      "credential-missing",
      "credential-missing",
      "credential-missing",
      "ticket-malformed",
      "ticket-forged",
      "origin-refused",
    ]);
    expect(JSON.stringify(log.lines)).not.toContain("ticket.");
    expect(log.lines.at(-1)?.fields).toMatchObject({ origin: "https://evil.example", sourceIp: "192.0.2.1" });
  });

  test("rejects with the store's error when it cannot be told whether one was used", async () => {
    const clock = createManualClock(startMs);
    const error = new PipelineError("TAPE_STORE_UNAVAILABLE", "no store");
    const keys: TicketKeys = { versions: () => Promise.reject(error) };
    const { connect } = stageOf(admitTickets({ keys, tickets: createMemoryTicketStore(), clock }));
    await expect(connect(connectEvent("ticket.x"))).rejects.toBe(error);
  });
});

describe("tokens", () => {
  const readings: Readonly<Record<string, TokenReading>> = {
    "a.good.one": { kind: "valid", subject: "ada" },
    "a.bad.one": { kind: "refused", reason: "JwtExpiredError" },
  };
  const stage = (allowedOrigins: readonly string[] = []) =>
    stageOf(admitTokens({ verifier: { verify: async (token) => readings[token]! }, allowedOrigins }));

  test("let in whom the issuer knows, and no other", async () => {
    const { connect, log } = stage();
    expect(await connect(connectEvent("tapestream.v1, jwt.a.good.one", "https://anywhere.example"))).toBe("ada");
    expect(await connect(connectEvent("tapestream.v1, jwt.a.bad.one"))).toBe("Deny");
    expect(await connect(connectEvent("tapestream.v1"))).toBe("Deny");
    expect(log.lines.map(({ fields }) => fields)).toMatchObject([
      { code: "token-refused", reason: "JwtExpiredError" },
      { code: "credential-missing" },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain("a.bad.one");
  });

  test("are for pages of the allowed origins, where there are some", async () => {
    const { connect } = stage(["https://desk.example"]);
    expect(await connect(connectEvent("jwt.a.good.one", "https://desk.example"))).toBe("ada");
    expect(await connect(connectEvent("jwt.a.good.one"))).toBe("ada");
    expect(await connect(connectEvent("jwt.a.good.one", "https://evil.example"))).toBe("Deny");
  });
});
