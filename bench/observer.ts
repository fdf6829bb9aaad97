import { fork } from "node:child_process";
import { once } from "node:events";
import type { Observed, ObserverQuestion, ObserverStart } from "./observer-message.ts";

/** Clients of the socket and of the store in a process of their own, until it is disposed of. */
export interface Observer extends AsyncDisposable {
  /** What was seen since the last call. */
  report(): Promise<Observed>;
}

/** @param environment lets AWS clients reach the engines. */
export const openObserver = (start: ObserverStart, environment: Readonly<Record<string, string>>): Observer => {
  const child = fork(new URL("./observer-process.ts", import.meta.url), [JSON.stringify(start)], {
    env: { ...process.env, ...environment },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const closed = once(child, "close");
  const failed = closed.then(([code]) => {
    throw new RangeError(`an observer must run until it is ended, exited with ${String(code)}`);
  });
  failed.catch(() => undefined);
  return {
    report: async () => {
      const answered = once(child, "message");
      child.send("report" satisfies ObserverQuestion);
      const [observed] = (await Promise.race([answered, failed])) as [Observed];
      return observed;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await closed;
    },
  };
};
