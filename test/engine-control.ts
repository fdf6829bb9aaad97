import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { inject } from "vitest";

/** What can be done to an engine. */
interface Engine {
  /** Ends it as when its machine fails. */
  kill(): Promise<void>;
  /** Starts it again on what it kept. */
  start(): Promise<void>;
}

export type EngineName = "kafka" | "cassandra";

export interface EngineControl extends AsyncDisposable {
  /** Takes `POST /NAME/kill` and `POST /NAME/start`. */
  readonly url: string;
}

/** Lets tests, which run in processes of their own, kill and start the engines of the run. */
export const openEngineControl = async (engines: Readonly<Record<EngineName, Engine>>): Promise<EngineControl> => {
  const server = createServer(({ url = "" }, response) => {
    const [, name, verb] = url.split("/") as [string, EngineName, keyof Engine];
    engines[name][verb]().then(
      () => response.end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

const tell = async (name: EngineName, verb: keyof Engine): Promise<void> => {
  const response = await fetch(`${inject("engines")}/${name}/${verb}`, { method: "POST" });
  if (!response.ok) throw new RangeError(`${name} must ${verb}, said: ${await response.text()}`);
};

/** Kills an engine of the run, and starts it again after `pauseMs`; returns for how long it did not answer. */
export const killForAWhile = async (name: EngineName, pauseMs: number): Promise<number> => {
  const killedMs = performance.now();
  await tell(name, "kill");
  await delay(pauseMs);
  await tell(name, "start");
  return performance.now() - killedMs;
};
