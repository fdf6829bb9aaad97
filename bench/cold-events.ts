import type { AggregatorEvent } from "#lambdas/aggregator/kinesis-event.ts";
import type { HANDLERS } from "#tools/build.ts";
import { openAggregator, THREE_INTERVALS } from "./aggregator.ts";
import { frameLife } from "./handler-lives.ts";
import { SHARD_ID } from "./kinesis-event-text.ts";

export type FunctionName = keyof typeof HANDLERS;

/** The first event that a fresh process of each function gets, the smallest that makes it ask whomever it asks. */
export type ColdEvents = { readonly [Name in FunctionName]: (round: number) => object };

const FIRST_SHARD_ID = "shardId-000000000000";
const TRADES = { symbolCount: 10, tradesPerSecond: 1_000, seed: 42, tradesPerFrame: 1_000, lanes: 1 } as const;
const CONNECTION_ID = "cold";

export const coldEvents = async (): Promise<ColdEvents> => {
  const { texts } = frameLife({ ...TRADES, maxTradesPerEvent: TRADES.tradesPerFrame, eventCount: 1 });
  const trades = JSON.parse(texts[0]!.replaceAll(SHARD_ID, FIRST_SHARD_ID)) as AggregatorEvent;
  const updates = await updatesOf(trades);
  const socket = { requestContext: { connectionId: CONNECTION_ID } };
  const subscribe = { action: "subscribe", symbols: ["IBM"], interval: "1m", bars: 300 };
  return {
    aggregator: () => trades,
    // Another source each time: one that has been read to its end has nothing to send.
    fetcher: (round) => ({ source: `sim:?seed=${round + 1}&rate=1000&trades=1000&speed=max` }),
    // A step in which it has nothing to do, as a real one would rotate.
    "ticket-rotation": () => ({ Step: "setSecret", SecretId: "none", ClientRequestToken: "cold" }),
    tickets: () => ({ headers: {}, requestContext: { http: { sourceIp: "127.0.0.1" } } }),
    "ws-authorizer": () => ({ ...socket, methodArn: "none", headers: { "Sec-WebSocket-Protocol": "ticket.cold" } }),
    "ws-broadcast": () => ({
      Records: updates.map((data, index) => ({
        eventID: `${FIRST_SHARD_ID}:${index}`,
        kinesis: { data: Buffer.from(data).toString("base64") },
      })),
    }),
    "ws-connect": () => socket,
    "ws-disconnect": () => socket,
    "ws-heartbeat": () => ({}),
    "ws-message": () => ({ ...socket, body: JSON.stringify(subscribe) }),
  };
};

const updatesOf = async (event: AggregatorEvent): Promise<readonly Uint8Array[]> => {
  const published: Uint8Array[] = [];
  const publish = (records: readonly Uint8Array[]): void => void published.push(...records);
  await openAggregator({ intervalsMs: THREE_INTERVALS, publish }).handle(event);
  return published;
};
