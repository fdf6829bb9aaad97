import { Worker } from "node:worker_threads";
import { setTimeout as delay } from "node:timers/promises";
import type { DurationMs, EpochMs } from "#core/units.ts";
import type { ClientAnswer, ClientQuestion, ClientStart, ClientStatus } from "./client-messages.ts";

/** A headless client that runs the dashboard's own code, until it is disposed of. */
export interface HeadlessClient extends AsyncDisposable {
  status(): Promise<ClientStatus>;
  /** The rows of the bars that it ended up with, by interval from a start on. */
  rows(from: ReadonlyMap<DurationMs, EpochMs>): Promise<readonly string[]>;
  /** Resolves when it has opened more than `sockets` and knows all that it wished for; false when that takes too long. */
  whole(sockets: number): Promise<boolean>;
}

const WHOLE_MS = 60_000;
const PEEK_MS = 100;

export const openHeadlessClient = (start: ClientStart): HeadlessClient => {
  const worker = new Worker(new URL("./client-worker.ts", import.meta.url), { workerData: start });
  const failed = new Promise<never>((_, reject) => worker.once("error", reject));
  failed.catch(() => undefined);
  const waiting = new Map<number, (answer: ClientAnswer) => void>();
  worker.on("message", (answer: ClientAnswer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let asked = 0;
  const ask = (question: (id: number) => ClientQuestion): Promise<ClientAnswer> => {
    const id = ++asked;
    const answered = new Promise<ClientAnswer>((resolve) => waiting.set(id, resolve));
    worker.postMessage(question(id));
    return Promise.race([answered, failed]);
  };
  const status = async (): Promise<ClientStatus> => {
    const answer = await ask((id) => ({ id, kind: "status" }));
    if ("status" in answer) return answer.status;
    throw new RangeError("a client must answer with its status, did not");
  };
  return {
    status,
    rows: async (from) => {
      const answer = await ask((id) => ({ id, kind: "rows", from }));
      if ("rows" in answer) return answer.rows;
      throw new RangeError("a client must answer with rows, did not");
    },
    whole: (sockets) =>
      comesTrue(async () => {
        const now = await status();
        return now.isWhole && now.sockets > sockets;
      }),
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
};

/** Whether something comes true in time. */
const comesTrue = async (isTrue: () => Promise<boolean>): Promise<boolean> => {
  for (let waitedMs = 0; waitedMs < WHOLE_MS; waitedMs += PEEK_MS) {
    if (await isTrue()) return true;
    await delay(PEEK_MS);
  }
  return false;
};
