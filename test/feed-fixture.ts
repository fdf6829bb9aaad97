import type { Pane } from "#core/pane.ts";
import { snapshotMessages, type SnapshotHead } from "#core/protocol/server-message.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { Feed } from "../web/feed.ts";
import type { Wish } from "../web/wish.ts";
import { pane } from "./pane-fixture.ts";

export const minute = durationMs(60_000);
export const wish: Wish = { symbols: ["IBM"], intervalMs: minute, bars: 10 };

/** How a client asks for {@link wish} the first time. */
export const subscribe = { action: "subscribe", symbols: ["IBM"], interval: "1m", bars: 10 };

/** A socket whose other end is the test. */
export class FakeSocket extends EventTarget {
  readyState = 0;
  readonly sent: unknown[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  say(...messages: readonly string[]): void {
    for (const data of messages) this.dispatchEvent(new MessageEvent("message", { data }));
  }
}

/** A feed with the sockets that it opened, and what it was told. */
export interface FedFeed {
  readonly feed: Feed;
  readonly sockets: FakeSocket[];
  readonly faults: string[];
  readonly known: string[];
}

export const openFeed = (wishes: readonly Wish[] = [wish]): FedFeed => {
  const [sockets, faults, known]: [FakeSocket[], string[], string[]] = [[], [], []];
  const feed = new Feed({
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    connectionMs: durationMs(7_200_000),
    onChange: () => undefined,
    onFault: ({ code }) => faults.push(code),
    onSymbols: ({ symbols }) => known.push(...symbols.map(({ symbol }) => symbol)),
  });
  feed.wish(wishes);
  return { feed, sockets, faults, known };
};

export const headOf = (last: number, isRest = false): SnapshotHead => {
  const { shard, lastSequence } = pane({ last });
  return { symbols: ["IBM"], intervalMs: minute, fromMs: epochMs(0), upTo: new Map([[shard, lastSequence]]), isRest };
};

/** An answer that has the whole history: one bar of so many trades. */
export const snapshot = (tradeCount: number): readonly string[] =>
  snapshotMessages(headOf(tradeCount), [pane({ last: tradeCount })]);

/** An answer without what the client said it had. */
export const rest = (last: number, ...panes: readonly Pane[]): readonly string[] =>
  snapshotMessages(headOf(last, true), panes);

export const countOf = (feed: Feed): number | undefined => feed.register.bars("IBM", minute)[0]?.content.tradeCount;

export const countsOf = (feed: Feed): readonly number[] =>
  feed.register.bars("IBM", minute).map(({ content }) => content.tradeCount);
