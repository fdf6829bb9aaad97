import { spawn } from "node:child_process";
import { once } from "node:events";
import { freePorts } from "#local/jars/free-ports.ts";

/** A Redis that keeps nothing, on loopback. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
}

/** Starts Redis; undefined, and said loudly, where this machine has none. */
export const openRedis = async (): Promise<TestRedis | undefined> => {
  const [port] = (await freePorts(1)) as [number];
  const command = process.env["REDIS_SERVER"] ?? "redis-server";
  const child = spawn(command, ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
  const isUp = new Promise<boolean>((resolve) => {
    child.on("error", () => resolve(false));
    child.on("exit", () => resolve(false));
    child.stdout.setEncoding("utf8").on("data", (text: string) => text.includes("Ready to accept") && resolve(true));
  });
  if (!(await isUp)) {
    process.stderr.write(
      `\n*** THERE IS NO ${command} HERE: the Redis sink is NOT tested. Install redis-server, or set REDIS_SERVER. ***\n\n`,
    );
    return undefined;
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      await exit;
    },
  };
};
