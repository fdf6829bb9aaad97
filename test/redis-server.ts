import { spawn } from "node:child_process";
import { once } from "node:events";
import { PipelineError } from "#core/errors.ts";
import { freePorts } from "#local/jars/free-ports.ts";

/** A Redis that keeps nothing, on loopback. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
}

/**
 * Starts Redis; undefined, and said loudly, where this machine has none.
 * @throws PipelineError TAPE_ENGINE_UNAVAILABLE where there is none and `CI` is set: there nothing may go untested.
 */
export const openRedis = async (): Promise<TestRedis | undefined> => {
  const [port] = (await freePorts(1)) as [number];
  const { REDIS_SERVER: command = "redis-server", CI } = process.env;
  const child = spawn(command, ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
  const isUp = new Promise<boolean>((resolve) => {
    child.on("error", () => resolve(false));
    child.on("exit", () => resolve(false));
    child.stdout.setEncoding("utf8").on("data", (text: string) => text.includes("Ready to accept") && resolve(true));
  });
  if (!(await isUp)) {
    const wanted = `Redis must start by ${command}, did not: install redis-server, or name it by REDIS_SERVER`;
    if (CI) throw new PipelineError("TAPE_ENGINE_UNAVAILABLE", wanted);
    process.stderr.write(`\n*** THE REDIS SINK IS NOT TESTED: ${wanted} ***\n\n`);
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
