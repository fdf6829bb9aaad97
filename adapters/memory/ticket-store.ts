import type { TicketStore } from "#core/ports/ticket-store.ts";

/** Used tickets in memory: the reference of the port. */
export const createMemoryTicketStore = (): TicketStore => {
  const users = new Map<string, string>();
  return {
    use: async ({ id }, connectionId) => {
      if (!users.has(id)) users.set(id, connectionId);
      return users.get(id) === connectionId;
    },
  };
};
