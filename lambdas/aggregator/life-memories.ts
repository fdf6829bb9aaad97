import { LifeMemory } from "#core/life-memory.ts";
import type { DurationMs } from "#core/units.ts";

/** Where shards are few, as with frames they are, each finds what it left; more would take memory that the function may not have. */
const MAX_MEMORIES = 2;

/** The memories of lives between two batches. */
export interface LifeMemories {
  /** The one that the shard's last batch worked with, or one of no batch's; nobody else's until it is given back. */
  take(shard: string): LifeMemory;
  give(shard: string, memory: LifeMemory): void;
}

/** Keeps the memories that were last given back, a few. */
export const createLifeMemories = (intervalsMs: readonly DurationMs[]): LifeMemories => {
  const spares: { readonly shard: string; readonly memory: LifeMemory }[] = [];
  return {
    take: (shard) => {
      const own = spares.findIndex((spare) => spare.shard === shard);
      if (own < 0 && spares.length < MAX_MEMORIES) return new LifeMemory(intervalsMs);
      return spares.splice(Math.max(own, 0), 1)[0]!.memory;
    },
    give: (shard, memory) => {
      spares.push({ shard, memory });
      if (spares.length > MAX_MEMORIES) spares.shift();
    },
  };
};
