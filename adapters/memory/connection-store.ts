import { MAX_WANTS, type Connection, type ConnectionStore, type Subscription } from "#core/ports/connection-store.ts";
import type { EpochMs } from "#core/units.ts";

/** Connections in memory: the reference of the port. */
export const createMemoryConnectionStore = (): ConnectionStore => {
  const connections = new Map<string, Connection>();
  const subscriptions = new Map<string, Subscription>();
  const messages = new Map<string, { readonly windowStartMs: EpochMs; readonly count: number }>();
  return {
    open: async (connection) => {
      connections.set(connection.connectionId, { ...connection });
    },

    close: async (connectionId) => {
      connections.delete(connectionId);
      messages.delete(connectionId);
      for (const [text, subscription] of subscriptions) {
        if (subscription.connectionId === connectionId) subscriptions.delete(text);
      }
    },

    list: async () =>
      [...connections.values()].map(({ connectionId, connectedAtMs }) => ({ connectionId, connectedAtMs })),

    subscribe: async (added) => {
      let isAdded = true;
      for (const [connectionId, own] of Map.groupBy(added, (subscription) => subscription.connectionId)) {
        const before = [...subscriptions.values()].filter((subscription) => subscription.connectionId === connectionId);
        const wanted = new Set([...before, ...own].map(subscriptionText));
        if (wanted.size > MAX_WANTS) isAdded = false;
        else for (const subscription of own) subscriptions.set(subscriptionText(subscription), { ...subscription });
      }
      return isAdded;
    },

    unsubscribe: async (removed) => {
      for (const subscription of removed) subscriptions.delete(subscriptionText(subscription));
    },

    wants: async () =>
      [...Map.groupBy(subscriptions.values(), ({ connectionId }) => connectionId)].map(([connectionId, own]) => ({
        connectionId,
        wants: own.map(({ symbol, intervalMs }) => ({ symbol, intervalMs })),
      })),

    countMessage: async (connectionId, windowStartMs) => {
      const before = messages.get(connectionId);
      const isNew = before === undefined || before.windowStartMs < windowStartMs;
      const now = isNew ? { windowStartMs, count: 1 } : { ...before, count: before.count + 1 };
      messages.set(connectionId, now);
      return now.count;
    },
  };
};

const subscriptionText = ({ connectionId, symbol, intervalMs }: Subscription): string =>
  JSON.stringify([connectionId, symbol, intervalMs]);
