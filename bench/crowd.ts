import { fork } from "node:child_process";
import { once } from "node:events";

/** How a crowd comes. */
export interface CrowdStart {
  readonly ticketsUrl: string;
  readonly webSocketUrl: string;
  readonly pages: number;
  /** What each page sends once it is connected. */
  readonly question: object;
}

/** Of one page, in milliseconds since all came: when it had a ticket, a connection, and the first of its bars. */
export interface CrowdTimes {
  readonly ticketMs: number;
  readonly openMs: number;
  readonly barsMs: number;
}

/** Lets pages come all at once, and leave when all have bars. @throws RangeError when a page gets none */
export const letCome = async (start: CrowdStart): Promise<readonly CrowdTimes[]> => {
  const child = fork(new URL("./crowd-process.ts", import.meta.url), [JSON.stringify(start)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const closed = once(child, "close").then(([code]) => {
    throw new RangeError(`a crowd must get its bars, its process exited with ${String(code)}`);
  });
  closed.catch(() => undefined);
  const [times] = (await Promise.race([once(child, "message"), closed])) as [readonly CrowdTimes[]];
  await closed.catch(() => undefined);
  return times;
};
