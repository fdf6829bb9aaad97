import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Meter } from "#core/ports/meter.ts";
import type { FrameStream } from "#core/ports/frame-stream.ts";
import type { MessageSink } from "#core/ports/message-sink.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import type { ShardStatusStore } from "#core/ports/shard-status.ts";
import { COUNT_NAMES } from "#core/shard-counts.ts";
import { createPrometheusMeter } from "./meter.ts";

const STORE_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

let ofNode: Registry | undefined;

/** What Node says of itself: memory, CPU, event loop, garbage. */
const nodeRegistry = (): Registry => {
  if (ofNode === undefined) {
    ofNode = new Registry();
    collectDefaultMetrics({ register: ofNode });
  }
  return ofNode;
};

/** What a worker counts, told as Prometheus reads it; with that of Node itself. */
export class Metrics {
  readonly #registry = new Registry();

  /** What stages count themselves, under the names that the metrics of the functions on AWS have. */
  readonly meter: Meter = createPrometheusMeter(this.#registry);

  async read(): Promise<{ readonly type: string; readonly text: string }> {
    const texts = [await nodeRegistry().metrics(), await this.#registry.metrics()];
    return { type: this.#registry.contentType, text: texts.join("\n") };
  }

  /** A number that is asked for each time somebody reads. */
  gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name: `tapestream_${name}`,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value());
      },
    });
  }

  /** Numbers by a label, asked for each time somebody reads: what is not among them is not shown. */
  gaugePer(label: string, name: string, help: string, values: () => ReadonlyMap<string, number>): void {
    new Gauge({
      name: `tapestream_${name}`,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [key, value] of values()) this.set({ [label]: key }, value);
      },
    });
  }

  /** A number that grows: what it returns adds to it. */
  counter(name: string, help: string): (by?: number) => void {
    const counter = new Counter({ name: `tapestream_${name}`, help, registers: [this.#registry] });
    return (by = 1) => counter.inc(by);
  }

  /** The same store; what shards say of themselves is shown. Counts are those of the shard, whoever folded it. */
  ofShards(statuses: Pick<ShardStatusStore, "put">): Pick<ShardStatusStore, "put"> {
    const registers = [this.#registry];
    const labelNames = ["shard"];
    const counts = new Gauge({
      name: "tapestream_shard_count",
      help: "What the records of a shard came to so far, by kind",
      labelNames: [...labelNames, "kind"],
      registers,
    });
    const eventTime = new Gauge({
      name: "tapestream_shard_newest_event_time_seconds",
      help: "The greatest event time folded",
      labelNames,
      registers,
    });
    const wait = new Histogram({
      name: "tapestream_record_wait_seconds",
      help: "From the broker's stamp of the last record of a batch to its being folded",
      registers,
    });
    return {
      put: async (status) => {
        const { shard, newestEventTimeMs, arrivalTimeMs } = status;
        for (const kind of COUNT_NAMES) counts.set({ shard, kind }, status.counts[kind]);
        if (newestEventTimeMs !== undefined) eventTime.set({ shard }, newestEventTimeMs / 1_000);
        wait.observe(Math.max(0, Date.now() - arrivalTimeMs) / 1_000);
        await statuses.put(status);
      },
    };
  }

  /** The same store; what is put into it is counted and timed. */
  ofPanes(panes: PaneStore): PaneStore {
    const count = this.counter("panes_stored_total", "Panes written to the store");
    const seconds = new Histogram({
      name: "tapestream_panes_store_seconds",
      help: "How long a life's panes took to be stored",
      buckets: STORE_SECONDS,
      registers: [this.#registry],
    });
    return {
      ...panes,
      put: async (put) => {
        const end = seconds.startTimer();
        await panes.put(put);
        end();
        count(put.length);
      },
    };
  }

  /** The same stream; what it takes and what it leaves is counted. */
  ofFrames(stream: FrameStream): FrameStream {
    const frames = this.counter("frames_sent_total", "Frames that the stream took");
    const bytes = this.counter("frame_bytes_sent_total", "Bytes of the frames that the stream took");
    const left = this.counter("frames_refused_total", "Frames that the stream did not take, and that are sent again");
    return {
      ...stream,
      put: async (entries, shardCount) => {
        const places = await stream.put(entries, shardCount);
        for (const [i, place] of places.entries()) {
          if (place === undefined) left();
          else {
            frames();
            bytes(entries[i]!.data.length);
          }
        }
        return places;
      },
    };
  }

  /** The same sink; what becomes of messages is counted. */
  ofSockets(sink: MessageSink): MessageSink {
    const posts = new Counter({
      name: "tapestream_messages_total",
      help: "Messages for sockets by what became of them",
      labelNames: ["result"],
      registers: [this.#registry],
    });
    return {
      post: async (connectionId, message) => {
        const result = await sink.post(connectionId, message);
        posts.inc({ result });
        return result;
      },
    };
  }
}
