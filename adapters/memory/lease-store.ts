import { PipelineError } from "#core/errors.ts";
import type { Lease, LeaseStore } from "#core/ports/lease-store.ts";

/** Leases in memory: the reference of the port. */
export const createMemoryLeaseStore = (): LeaseStore => {
  const leases = new Map<string, Lease>();
  return {
    acquire: async ({ name, holder, nowMs, untilMs }) => {
      const stored = leases.get(name);
      if (stored !== undefined && stored.holder !== holder && stored.untilMs > nowMs) return undefined;
      const lease = { name, holder, untilMs, state: stored?.state };
      leases.set(name, lease);
      return lease;
    },

    save: async ({ name, holder }, state) => {
      const stored = leases.get(name);
      if (stored?.holder !== holder) {
        throw new PipelineError("TAPE_LEASE_LOST", `the lease ${name} must be held by ${holder}, was taken by another`);
      }
      leases.set(name, { ...stored, state });
    },

    release: async ({ name, holder }, nowMs) => {
      const stored = leases.get(name);
      if (stored?.holder === holder) leases.set(name, { ...stored, untilMs: nowMs });
    },

    get: async (name) => leases.get(name),
  };
};
