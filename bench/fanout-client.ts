/** The process that posts, and tells the CPU time of each round. */
import { openMessageSink } from "#adapters/apigateway-ws/message-sink.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { concurrently } from "#core/concurrently.ts";
import type { MessageSink } from "#core/ports/message-sink.ts";
import { CLIENTS, type ClientMessage, type ClientQuestion } from "./fanout.ts";

const { managementEndpoint, rounds, posts, concurrency, messageBytes, connectionsPerText } = JSON.parse(
  process.argv[2]!,
) as ClientQuestion;

const WARM_UPS = 2;

/** Connections that want the same stand side by side, as the broadcaster posts to them. */
const targets = Array.from({ length: posts }, (_, index) => ({
  connectionId: `L0SM9cOFvHcC${String(index % 1_000).padStart(3, "0")}=`,
  message: `{"type":"update","text":${Math.floor(index / connectionsPerText)},"rows":[`.padEnd(messageBytes, "x"),
}));

const usPerPost = async (sink: MessageSink): Promise<number> => {
  const before = process.cpuUsage();
  await concurrently(targets, concurrency, async ({ connectionId, message }) => {
    const result = await sink.post(connectionId, message);
    if (result !== "sent") throw new RangeError(`a post must be sent, was ${result}`);
  });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / posts;
};

const sinks = CLIENTS.map((socketClient) => ({
  socketClient,
  sink: openMessageSink({ socketClient, managementEndpoint, env: process.env, clock }),
}));
const samples: Record<(typeof CLIENTS)[number], number[]> = { lean: [], sdk: [] };
for (let warmUp = 0; warmUp < WARM_UPS; warmUp++) {
  for (const { sink } of sinks) await usPerPost(sink);
}
for (let round = 0; round < rounds; round++) {
  for (const { socketClient, sink } of sinks) samples[socketClient].push(await usPerPost(sink));
}
const message: ClientMessage = samples;
process.send!(message, () => process.exit(0));
