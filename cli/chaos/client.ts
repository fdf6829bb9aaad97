import { Worker } from "node:worker_threads";
import { setTimeout as delay } from "node:timers/promises";
import { PipelineError } from "#core/errors.ts";
import { durationMs, type DurationMs, type EpochMs } from "#core/units.ts";
import type { ClientAnswer, ClientQuestion, ClientStart, ClientStatus } from "./client-messages.ts";

/** A headless client that runs the dashboard's own code, until it is disposed of. */
export interface HeadlessClient extends AsyncDisposable {
  status(): Promise<ClientStatus>;
  /** How many bars it knows. */
  bars(): Promise<number>;
  /** The rows of the bars that it ended up with, by interval from a start on. */
  rows(from: ReadonlyMap<DurationMs, EpochMs>): Promise<readonly string[]>;
  /**
   * How it stands as soon as it has opened more than `sockets` and knows all that it wished for.
   * @throws PipelineError TAPE_RUN_STALLED when that takes longer than `patienceMs`
   */
  whole(sockets: number, patienceMs?: DurationMs): Promise<ClientStatus>;
}

/** A busy machine takes its time to start functions, and a client then tries again and again. */
const WHOLE_MS = durationMs(300_000);
const PEEK_MS = 100;

export const openHeadlessClient = (start: ClientStart): HeadlessClient => {
  const worker = openClientWorker(start);
  const status = async (): Promise<ClientStatus> => {
    const answer = await worker.ask((id) => ({ id, kind: "status" }));
    if ("status" in answer) return answer.status;
    throw new RangeError("a client must answer with its status, did not");
  };
  return {
    status,
    bars: async () => {
      const answer = await worker.ask((id) => ({ id, kind: "bars" }));
      if ("bars" in answer) return answer.bars;
      throw new RangeError("a client must answer with a number of bars, did not");
    },
    rows: async (from) => {
      const answer = await worker.ask((id) => ({ id, kind: "rows", from }));
      if ("rows" in answer) return answer.rows;
      throw new RangeError("a client must answer with rows, did not");
    },
    whole: async (sockets, patienceMs = WHOLE_MS) => {
      const startedAt = performance.now();
      for (;;) {
        const now = await status();
        if (now.isWhole && now.sockets > sockets) return now;
        if (performance.now() - startedAt > patienceMs) throw notWhole(now, sockets, patienceMs);
        await delay(PEEK_MS);
      }
    },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
};

interface ClientWorker extends AsyncDisposable {
  /** @throws the error that ended the client */
  ask(question: (id: number) => ClientQuestion): Promise<ClientAnswer>;
}

const openClientWorker = (start: ClientStart): ClientWorker => {
  const worker = new Worker(new URL("./client-worker.ts", import.meta.url), { workerData: start });
  const failed = new Promise<never>((_, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => reject(new RangeError("a client must run until it is ended, ended by itself")));
  });
  failed.catch(() => undefined);
  const waiting = new Map<number, (answer: ClientAnswer) => void>();
  worker.on("message", (answer: ClientAnswer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let asked = 0;
  return {
    ask: (question) => {
      const id = ++asked;
      const answered = new Promise<ClientAnswer>((resolve) => waiting.set(id, resolve));
      worker.postMessage(question(id));
      return Promise.race([answered, failed]);
    },
    [Symbol.asyncDispose]: async () => {
      await worker.terminate();
    },
  };
};

const notWhole = (
  { standing, sockets: opened }: ClientStatus,
  sockets: number,
  patienceMs: DurationMs,
): PipelineError => {
  const must = `the client must know all that it wished for on a socket after its ${sockets}. within ${patienceMs / 1_000} s`;
  return new PipelineError("TAPE_RUN_STALLED", `${must}, was on its ${opened}., ${standing}`);
};
