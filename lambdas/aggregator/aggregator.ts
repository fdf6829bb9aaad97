import { advanceLife } from "#core/advance-life.ts";
import type { LifeMemory } from "#core/life-memory.ts";
import type { LifePorts, LifeRules } from "#core/life.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import type { Log } from "#core/ports/log.ts";
import type { Meter } from "#core/ports/meter.ts";
import { createEventBuffers } from "./event-buffers.ts";
import { createLifeMemories } from "./life-memories.ts";
import { capacityOf, recordsOf, shardOf, type AggregatorEvent } from "./kinesis-event.ts";
import { tellBatch } from "./tell-batch.ts";

export interface AggregatorDeps extends LifePorts {
  /** Name of the ticks stream, under which checkpoints are kept. */
  readonly stream: string;
  readonly rules: LifeRules;
  readonly log: Log;
  readonly meter: Meter;
}

/**
 * What Lambda must be answered. `state` is handed to the next batch of the window, and nothing is ever reported as
 * failed: what can be no trade is set aside, and what goes wrong fails the batch as a whole.
 */
export interface AggregatorResponse {
  readonly state: { readonly life?: string };
  readonly batchItemFailures: readonly [];
}

/**
 * Folds batches of trades into panes: under a tumbling window one life a window, its state handed on by Lambda; without
 * one, a life a batch.
 * The handler it returns rejects, so that Lambda delivers the batch again, with whatever a port throws.
 */
export const createAggregator = (deps: AggregatorDeps) => {
  const buffers = createEventBuffers();
  const memories = createLifeMemories(deps.rules.intervalsMs);
  return async (event: AggregatorEvent): Promise<AggregatorResponse> => {
    const shard = shardOf(event);
    const buffer = buffers.take(capacityOf(event));
    const memory = memories.take(shard);
    try {
      return await foldBatch(deps, event, recordsOf(event, buffer), memory);
    } finally {
      buffers.give(buffer);
      memories.give(shard, memory);
    }
  };
};

const foldBatch = async (
  { stream, rules, log, meter, ...ports }: AggregatorDeps,
  event: AggregatorEvent,
  records: readonly ShardRecord[],
  memory: LifeMemory,
): Promise<AggregatorResponse> => {
  const isWindowed = event.window !== undefined;
  const isLast = !isWindowed || event.isFinalInvokeForWindow === true || event.isWindowTerminatedEarly === true;
  const { life } = event.state ?? {};
  const shard = await ports.shards.name(shardOf(event));
  const step = { stream, shard, records, state: life === undefined ? undefined : Buffer.from(life, "base64"), isLast };
  const startedMs = ports.clock.nowMs();
  const outcome = await advanceLife(ports, rules, step, memory);
  tellBatch({ log, meter }, { shard, records, startedMs, outcome });
  const { state } = outcome;
  return { state: state ? { life: Buffer.from(state).toString("base64") } : {}, batchItemFailures: [] };
};
