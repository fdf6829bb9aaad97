import { fork } from "node:child_process";
import { once } from "node:events";
import type { StretchSetting } from "./kafka-market.ts";

/**
 * The rows of every bar of a market, as the oracle has them: found in a process of its own, since it takes as long as it
 * does to be plain.
 */
export const expectedRows = async (setting: StretchSetting): Promise<readonly string[]> => {
  const child = fork(new URL("./kafka-oracle-process.ts", import.meta.url), [JSON.stringify(setting)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const end = (): boolean => child.kill("SIGKILL");
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  const ended = once(child, "exit").then(([code]) => {
    throw new RangeError(`an oracle must tell its bars, exited with ${String(code)}`);
  });
  const [rows] = (await Promise.race([once(child, "message"), ended])) as [readonly string[]];
  ended.catch(() => undefined);
  return rows;
};
