import {
  MAX_WANTS,
  type Connection,
  type ConnectionStore,
  type ListedConnection,
  type Subscription,
  type Want,
} from "#core/ports/connection-store.ts";
import type { EpochMs } from "#core/units.ts";

/** Connections in memory: the reference of the port. */
export const createMemoryConnectionStore = (): ConnectionStore => {
  const connections = new Map<string, Connection>();
  const subscriptions = new Map<string, Subscription>();
  const messages = new Map<string, Counted>();
  return {
    open: async (connection) => {
      connections.set(connection.connectionId, { ...connection });
    },

    close: async (connectionId) => {
      connections.delete(connectionId);
      messages.delete(connectionId);
      const own = byConnection(subscriptions.values()).get(connectionId) ?? [];
      for (const each of own) subscriptions.delete(subscriptionText(each));
    },

    list: async () => [...connections.values()].map(listed),

    subscribe: async (added) => {
      let isAdded = true;
      for (const [connectionId, own] of byConnection(added)) {
        const before = byConnection(subscriptions.values()).get(connectionId) ?? [];
        const wanted = new Set([...before, ...own].map(subscriptionText));
        if (wanted.size > MAX_WANTS) isAdded = false;
        else for (const each of own) subscriptions.set(subscriptionText(each), { ...each });
      }
      return isAdded;
    },

    unsubscribe: async (removed) => {
      for (const subscription of removed) subscriptions.delete(subscriptionText(subscription));
    },

    wants: async () =>
      [...byConnection(subscriptions.values())].map(([connectionId, own]) => ({
        connectionId,
        wants: own.map(wantOf),
      })),

    countMessage: async (connectionId, windowStartMs) => {
      const now = oneMore(messages.get(connectionId), windowStartMs);
      messages.set(connectionId, now);
      return now.count;
    },
  };
};

/** Messages of one window. */
interface Counted {
  readonly windowStartMs: EpochMs;
  readonly count: number;
}

/** Of an older window than the one counted, a message counts for that. */
const oneMore = (before: Counted | undefined, windowStartMs: EpochMs): Counted =>
  before === undefined || before.windowStartMs < windowStartMs
    ? { windowStartMs, count: 1 }
    : { ...before, count: before.count + 1 };

const byConnection = (subscriptions: Iterable<Subscription>): ReadonlyMap<string, readonly Subscription[]> =>
  Map.groupBy(subscriptions, ({ connectionId }) => connectionId);

const listed = ({ connectionId, connectedAtMs }: Connection): ListedConnection => ({
  connectionId,
  connectedAtMs,
});

const wantOf = ({ symbol, intervalMs }: Subscription): Want => ({ symbol, intervalMs });

const subscriptionText = ({ connectionId, symbol, intervalMs }: Subscription): string =>
  JSON.stringify([connectionId, symbol, intervalMs]);
