import type { Connection, ConnectionStore, Subscription } from "#core/ports/connection-store.ts";

/** Connections in memory: the reference of the port. `step` is awaited between the writes of a subscription, as in a table. */
export const createMemoryConnectionStore = (step: () => Promise<unknown> = async () => {}): ConnectionStore => {
  const connections = new Map<string, Connection>();
  const wanted = new Set<string>();
  const subscriptions = new Map<string, Subscription>();
  return {
    open: async (connection) => {
      connections.set(connection.connectionId, { ...connection });
    },

    close: async (connectionId) => {
      connections.delete(connectionId);
      for (const [text, subscription] of subscriptions) {
        if (subscription.connectionId === connectionId) subscriptions.delete(text);
      }
    },

    list: async () => [...connections.keys()],

    subscribe: async (added) => {
      for (const { symbol } of added) wanted.add(symbol);
      await step();
      for (const subscription of added) subscriptions.set(subscriptionText(subscription), { ...subscription });
    },

    unsubscribe: async (removed) => {
      for (const subscription of removed) subscriptions.delete(subscriptionText(subscription));
    },

    subscribers: async (symbol) => [...subscriptions.values()].filter((subscription) => subscription.symbol === symbol),

    wantedSymbols: async () => new Set(wanted),
  };
};

const subscriptionText = ({ connectionId, symbol, intervalMs }: Subscription): string =>
  JSON.stringify([connectionId, symbol, intervalMs]);
