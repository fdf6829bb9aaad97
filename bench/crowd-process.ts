/**
 * The process of a crowd: pages that come all at once, each of which takes a ticket, connects, and asks for the same bars. It
 * is apart from the pipeline, so that its clock runs on while the pipeline works. Ends when every page has bars, and tells
 * when.
 */
import { once } from "node:events";
import { WebSocket } from "ws";
import { SUBPROTOCOL } from "#core/protocol/subprotocol.ts";
import type { CrowdStart, CrowdTimes } from "./crowd.ts";

const { ticketsUrl, webSocketUrl, pages, question } = JSON.parse(process.argv[2]!) as CrowdStart;

const startedMs = performance.now();
const sinceStart = (): number => performance.now() - startedMs;

const come = async (): Promise<CrowdTimes> => {
  const response = await fetch(ticketsUrl, { method: "POST" });
  if (!response.ok) throw new RangeError(`tickets must be answered with 200, was ${response.status}`);
  const { ticket } = (await response.json()) as { readonly ticket: string };
  const ticketMs = sinceStart();
  const socket = new WebSocket(webSocketUrl, [SUBPROTOCOL, ticket]);
  await once(socket, "open");
  const openMs = sinceStart();
  return { ticketMs, openMs, barsMs: await firstBars(socket) };
};

/** A page asks again so long after a gateway said that it failed. */
const ASK_AGAIN_MS = 2_000;

/** Asks for bars, and says when the first part of the answer came. */
const firstBars = (socket: WebSocket): Promise<number> =>
  new Promise((resolve, reject) => {
    const ask = (): void => socket.send(JSON.stringify(question));
    socket.on("close", (code) => reject(new RangeError(`a socket must stay open, was closed with ${code}`)));
    socket.on("message", (data: Buffer) => {
      const { type, message } = JSON.parse(data.toString()) as { readonly type?: string; readonly message?: string };
      if (type === "snapshot") resolve(sinceStart());
      if (type === undefined) setTimeout(ask, ASK_AGAIN_MS);
      if (type === "error") reject(new RangeError(`a page must be told bars, was told ${message}`));
    });
    ask();
  });

const times = await Promise.all(Array.from({ length: pages }, come));
process.send!(times, () => process.exit(0));
