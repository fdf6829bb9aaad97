import { availableParallelism } from "node:os";
import type { FunctionWorker } from "./function-worker.ts";

/** Lambda would start up to a thousand; more than a few processes of one function only slow a laptop down. */
const MAX_PROCESSES = 8;
/** What the first start is taken to last; later ones are measured. */
const FIRST_START_MS = 100;

interface Waiter {
  readonly sinceMs: number;
  /** Undefined once the pool is closed. */
  readonly take: (worker: FunctionWorker | undefined) => void;
}

/**
 * The processes of one function, each lent to one invocation at a time.
 *
 * Lambda starts an environment for every invocation that finds none free. Here they share a few cores, where the start of one
 * costs as much as dozens of short invocations, and two hundred clients that come at once would wait for nothing but starts.
 * So an invocation that finds none free queues, and whichever process is free next takes the first in the queue. A further
 * one starts, one at a time, when the first in the queue has waited for as long as a start takes, times the processes that
 * there are; but as many as there are cores can do no more work at once, so beyond that only when none has become free for as
 * long: then they wait for something, and not for a core.
 */
export class WorkerPool implements AsyncDisposable {
  readonly #open: () => FunctionWorker;
  readonly #workers = new Set<FunctionWorker>();
  readonly #idle: FunctionWorker[] = [];
  readonly #queue: Waiter[] = [];
  #isStarting = false;
  #startMs = FIRST_START_MS;
  /** When a process became free last. */
  #freedMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param open starts a process. */
  constructor(open: () => FunctionWorker) {
    this.#open = open;
  }

  /** A free process, the one used last first, to be given back; undefined once the pool is closed. */
  async take(): Promise<FunctionWorker | undefined> {
    if (this.#isClosed) return undefined;
    for (let worker = this.#idle.pop(); worker !== undefined; worker = this.#idle.pop()) {
      if (worker.isAlive()) return worker;
      this.#workers.delete(worker);
    }
    return new Promise((take) => {
      this.#queue.push({ sinceMs: performance.now(), take });
      this.#tend();
    });
  }

  /** Takes a process back; one that has ended is forgotten. */
  give(worker: FunctionWorker): void {
    if (!worker.isAlive()) {
      this.#workers.delete(worker);
      this.#tend();
      return;
    }
    this.#freedMs = performance.now();
    const next = this.#queue.shift();
    if (next === undefined) this.#idle.push(worker);
    else next.take(worker);
  }

  /** Ends every process; who waits for one gets none. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const { take } of this.#queue.splice(0)) take(undefined);
    await Promise.all([...this.#workers].map((worker) => worker[Symbol.asyncDispose]()));
  }

  /** Starts a process, or sees to it later, if somebody waits and one may start. */
  #tend(): void {
    const [first] = this.#queue;
    if (first === undefined || this.#isStarting || this.#isClosed || this.#workers.size >= MAX_PROCESSES) return;
    const sinceMs =
      this.#workers.size < availableParallelism() ? first.sinceMs : Math.max(first.sinceMs, this.#freedMs);
    const leftMs = sinceMs + this.#startMs * this.#workers.size - performance.now();
    if (this.#workers.size === 0 || leftMs <= 0) void this.#start();
    else
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#tend();
      }, leftMs);
  }

  async #start(): Promise<void> {
    this.#isStarting = true;
    const startedMs = performance.now();
    const worker = this.#open();
    this.#workers.add(worker);
    await worker.whenStarted();
    this.#startMs = performance.now() - startedMs;
    this.#isStarting = false;
    this.give(worker);
    this.#tend();
  }
}
