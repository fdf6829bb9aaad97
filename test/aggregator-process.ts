import { startWorker, type TestWorker } from "./worker-process.ts";

/** An aggregator in a process of its own, and what it has said. */
export interface AggregatorProcess extends TestWorker {
  /** The shards that it follows, as far as it has said. */
  readonly shards: readonly string[];
  /** Of each sharing out of the partitions that it took part in, which one that was. */
  readonly generations: readonly number[];
  /** How many panes it has stored. */
  panesStored(): Promise<number>;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
}

interface Said {
  readonly message: string;
  readonly shard?: string;
  readonly generation?: number;
  readonly healthPort?: number;
}

/** Starts `workers/aggregator/main.ts`. */
export const startAggregator = (environment: Readonly<Record<string, string>>): AggregatorProcess => {
  const worker = startWorker("aggregator", environment);
  // The last line may have come in part.
  const said = (): readonly Said[] => worker.log.split("\n").slice(0, -1).flatMap(readLine);
  return {
    child: worker.child,
    ended: worker.ended,
    get log() {
      return worker.log;
    },
    get shards() {
      const shards = new Set<string>();
      for (const { message, shard = "" } of said()) {
        if (message === "partition taken") shards.add(shard);
        if (message === "partition left") shards.delete(shard);
      }
      return [...shards];
    },
    get generations() {
      return said().flatMap(({ generation }) => generation ?? []);
    },
    panesStored: async () => {
      const port = said()
        .flatMap(({ healthPort }) => healthPort ?? [])
        .at(-1);
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return Number(/^tapestream_panes_stored_total (\d+)/m.exec(metrics)?.[1] ?? 0);
    },
    kill: async () => {
      worker.child.kill("SIGKILL");
      await worker.ended;
    },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
};

const readLine = (line: string): readonly Said[] => {
  if (!line.startsWith("{") || !line.endsWith("}")) return [];
  return [JSON.parse(line) as Said];
};
