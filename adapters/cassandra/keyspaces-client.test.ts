import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { Client, type ClientOptions } from "cassandra-driver";
import { expect, test, vi } from "vitest";
import { epochMs } from "#core/units.ts";
import { settingsOf } from "./keyspaces-client.ts";
import { signNonce } from "./sigv4.ts";

const NOW = epochMs(Date.UTC(2026, 0, 2, 3, 4, 5));
const options = { region: "eu-west-1", clock: { nowMs: () => NOW, sleep: () => Promise.resolve() } };

test("a client of Keyspaces asks its region's endpoint over TLS, by its name, and takes no other certificate", () => {
  expect(settingsOf(options)).toMatchObject({
    contactPoints: ["cassandra.eu-west-1.amazonaws.com:9142"],
    localDataCenter: "eu-west-1",
    sslOptions: { servername: "cassandra.eu-west-1.amazonaws.com", rejectUnauthorized: true },
  });
  expect(settingsOf({ ...options, region: "cn-north-1" }).contactPoints).toEqual([
    "cassandra.cn-north-1.amazonaws.com.cn:9142",
  ]);
});

test("a client of Keyspaces asks the other addresses of the endpoint at the same port, which its rows about them leave out", () => {
  const client = new Client(settingsOf(options));
  const { protocolOptions } = (client as unknown as { readonly options: ClientOptions }).options;
  expect(protocolOptions?.port).toBe(9_142);
});

/** Opcodes of the protocol. Source: https://github.com/apache/cassandra/blob/trunk/doc/native_protocol_v4.spec */
const [ERROR, STARTUP, AUTHENTICATE, CHALLENGE, RESPONSE, SUCCESS] = [0x00, 0x01, 0x03, 0x0e, 0x0f, 0x10];

/**
 * Speaks as much of the protocol as there is until somebody is let in, since no node that runs here knows signatures:
 * this shows that the driver and the provider go together, not that Keyspaces lets us in.
 */
const openDoor = (socket: Socket, answers: Buffer[]): void => {
  socket.on("data", (frame: Buffer) => {
    const reply = (opcode: number, body: Buffer): void => {
      const head = Buffer.alloc(9);
      head.writeUInt8(0x84, 0);
      head.writeUInt16BE(frame.readUInt16BE(2), 2);
      head.writeUInt8(opcode, 4);
      head.writeUInt32BE(body.length, 5);
      socket.write(Buffer.concat([head, body]));
    };
    const opcode = frame.readUInt8(4);
    if (opcode === STARTUP) return reply(AUTHENTICATE, withLength(Buffer.from("Keyspaces"), 2));
    if (opcode !== RESPONSE)
      return reply(ERROR, Buffer.concat([Buffer.alloc(4), withLength(Buffer.from("no more"), 2)]));
    answers.push(frame.subarray(13));
    return answers.length === 1
      ? reply(CHALLENGE, withLength(Buffer.from("nonce=abc"), 4))
      : reply(SUCCESS, withLength(Buffer.alloc(0), 4));
  });
};

const withLength = (bytes: Buffer, size: 2 | 4): Buffer => {
  const length = Buffer.alloc(size);
  length.writeUIntBE(bytes.length, 0, size);
  return Buffer.concat([length, bytes]);
};

test("the driver shows who it is by the SDK's credentials when it is asked", async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  vi.stubEnv("AWS_SESSION_TOKEN", "token");
  const answers: Buffer[] = [];
  const server = createServer((socket) => openDoor(socket, answers)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { sslOptions: _, ...plain } = settingsOf(options);
  const client = new Client({ ...plain, contactPoints: [address] });
  await expect(client.connect()).rejects.toThrow("All host(s) tried for query failed");
  await client.shutdown();
  server.close();
  const identity = { accessKeyId: "key", secretAccessKey: "secret", sessionToken: "token" };
  const [mechanism, signed] = answers.map(String);
  expect([mechanism, signed]).toEqual(["SigV4\0\0", signNonce("abc", "eu-west-1", identity, NOW)]);
  vi.unstubAllEnvs();
});
