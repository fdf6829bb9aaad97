import { createClient } from "redis";
import type { Bar } from "#core/bar.ts";
import { PipelineError } from "#core/errors.ts";
import type { BarSink } from "#core/ports/bar-sink.ts";

export interface RedisBarSinkOptions {
  /** Like `redis://:password@host:6379`, or `rediss:` by TLS. */
  readonly url: string;
  readonly channel: string;
  /** What is said of a bar. */
  readonly text: (bar: Bar) => string;
}

const CONNECT_MS = 3_000;

/** A channel on which each final bar is said once. Who does not listen at that moment misses it: so is Redis. */
export const openRedisBarSink = ({ url, channel, text }: RedisBarSinkOptions): BarSink & AsyncDisposable => {
  const client = createClient({ url, disableOfflineQueue: true, socket: { connectTimeout: CONNECT_MS } });
  // Errors of the connection are met again by whoever publishes.
  client.on("error", () => undefined);
  let connecting: Promise<unknown> | undefined;
  return {
    publish: async (bars) => {
      try {
        if (!client.isReady) await Promise.race([(connecting ??= client.connect()), unready()]);
        await Promise.all(bars.map((bar) => client.publish(channel, text(bar))));
      } catch (cause) {
        const message = `redis must take what is published on ${channel}, failed with ${String(cause)}`;
        throw new PipelineError("TAPE_STREAM_UNAVAILABLE", message, { cause, retryable: true });
      }
    },

    [Symbol.asyncDispose]: async () => {
      // To close it would wait for what is never answered.
      if (client.isOpen) client.destroy();
    },
  };
};

/** The client goes on to connect for as long as it takes. */
const unready = (): Promise<never> =>
  new Promise((_, reject) =>
    setTimeout(() => reject(new Error(`no connection in ${CONNECT_MS} ms`)), CONNECT_MS).unref(),
  );
