import type { Connection, ConnectionStore, Subscription } from "#core/ports/connection-store.ts";

/** Connections in memory: the reference of the port. */
export const createMemoryConnectionStore = (): ConnectionStore => {
  const connections = new Map<string, Connection>();
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
      for (const subscription of added) subscriptions.set(subscriptionText(subscription), { ...subscription });
    },

    unsubscribe: async (removed) => {
      for (const subscription of removed) subscriptions.delete(subscriptionText(subscription));
    },

    wants: async () =>
      [...Map.groupBy(subscriptions.values(), ({ connectionId }) => connectionId)].map(([connectionId, own]) => ({
        connectionId,
        wants: own.map(({ symbol, intervalMs }) => ({ symbol, intervalMs })),
      })),
  };
};

const subscriptionText = ({ connectionId, symbol, intervalMs }: Subscription): string =>
  JSON.stringify([connectionId, symbol, intervalMs]);
