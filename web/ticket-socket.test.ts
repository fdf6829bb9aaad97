import { expect, test } from "vitest";
import { FakeSocket } from "#test/feed-fixture.ts";
import { TicketSocket } from "./ticket-socket.ts";

const settled = () => new Promise((resolve) => setTimeout(resolve));

const open = (ticket: () => Promise<string>) => {
  const opened: { protocols: readonly string[]; socket: FakeSocket }[] = [];
  const socket = new TicketSocket(ticket, (protocols) => {
    const fake = new FakeSocket();
    opened.push({ protocols, socket: fake });
    return fake as unknown as WebSocket;
  });
  const heard: string[] = [];
  for (const name of ["open", "message", "close"]) socket.addEventListener(name, ({ type }) => heard.push(type));
  return { socket, opened, heard };
};

test("a socket is opened with a ticket, and is then as any other", async () => {
  const { socket, opened, heard } = open(async () => "ticket.x");
  expect([socket.readyState, opened]).toEqual([0, []]);
  await settled();
  const [{ protocols, socket: inner }] = opened as [(typeof opened)[number]];
  expect(protocols).toEqual(["tapestream.v1", "ticket.x"]);
  inner.open();
  inner.say("{}");
  socket.send('{"action":"ping"}');
  expect([socket.readyState, inner.sent]).toEqual([1, [{ action: "ping" }]]);
  socket.close();
  expect([socket.readyState, heard]).toEqual([3, ["open", "message", "close"]]);
});

test("a socket without a ticket closes, once", async () => {
  const { socket, opened, heard } = open(() => Promise.reject(new RangeError("429")));
  await settled();
  socket.close();
  expect([socket.readyState, opened, heard]).toEqual([3, [], ["close"]]);
});

test("a socket that is closed before its ticket comes is never opened", async () => {
  const { socket, opened, heard } = open(async () => "ticket.x");
  socket.close();
  await settled();
  expect([socket.readyState, opened, heard]).toEqual([3, [], ["close"]]);
});
