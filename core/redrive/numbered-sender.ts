import { PipelineError } from "../errors.ts";
import type { CutFrame } from "../frame/framer.ts";
import type { Clock } from "../ports/clock.ts";
import type { Lease, LeaseStore } from "../ports/lease-store.ts";
import { durationMs, epochMs } from "../units.ts";

export interface NumberedSenderOptions {
  readonly leases: LeaseStore;
  readonly clock: Clock;
  /** Of the lease. Who sends under one name shares one producer. */
  readonly name: string;
  /** A fresh text. */
  readonly holder: string;
  /** A fresh id, hex of 16 bytes, for a name that has no producer yet. */
  readonly producer: string;
  /**
   * Resolves when the stream has taken every frame, in groups of at most 512 that are wholly taken one after another.
   * `shardCount` is as it was told when the frames were announced.
   */
  readonly send: (frames: readonly CutFrame[], shardCount: number | undefined) => Promise<void>;
  /** Among how many shards the stream spreads keys now. @default shards hand on what they have seen */
  readonly shardCount?: (() => Promise<number>) | undefined;
}

/** What a lease keeps. */
interface SenderState<Work> {
  readonly producer: string;
  /** The number of the next frame. */
  readonly next: number;
  /** What is being sent, or was when a run was cut short. */
  readonly open?: {
    readonly work: Work;
    readonly first: number;
    readonly digest: number;
    readonly shardCount?: number | undefined;
  };
}

const LEASE_MS = durationMs(60_000);

/**
 * Sends pieces of work as numbered frames of one producer, each exactly once though runs are cut short anywhere: what is
 * sent, and from which number on, is announced in a lease before the first frame goes out. A run that finds something
 * announced must send it again, as the same frames with the same numbers to the same shards, and the aggregator recognises
 * what had landed.
 *
 *     announce 1   send 1   note 1   announce 2   send 2   note 2   end
 *     -----------+--------+--------+------------+--------+--------+---->
 *                 \_________________\ cut short here: 1 is sent again, and noted again
 *
 * `Work` is told apart by its JSON text.
 */
export class NumberedSender<Work> {
  readonly #options: NumberedSenderOptions;
  #lease: Lease;
  #state: SenderState<Work>;

  private constructor(options: NumberedSenderOptions, lease: Lease) {
    this.#options = options;
    this.#lease = lease;
    const { producer } = options;
    this.#state = lease.state === undefined ? { producer, next: 0 } : (JSON.parse(lease.state) as SenderState<Work>);
  }

  /** @throws PipelineError TAPE_LEASE_LOST while another runs under that name. */
  static async open<Work>(options: NumberedSenderOptions): Promise<NumberedSender<Work>> {
    return new NumberedSender<Work>(options, await acquire(options));
  }

  /** What an earlier run announced and may not have sent and noted: it must come first. */
  get unfinished(): Work | undefined {
    return this.#state.open?.work;
  }

  /**
   * Sends the frames that `cut` makes, a pure function of the work, the producer and the first number. What the caller
   * notes of it must be noted before the next call.
   * @throws PipelineError TAPE_STATE_INVALID when the work was announced, and is not cut into the same frames any more.
   */
  async send(work: Work, cut: (producer: string, firstNumber: number) => readonly CutFrame[]): Promise<void> {
    const { producer, next, open } = this.#state;
    const isAgain = open !== undefined && JSON.stringify(open.work) === JSON.stringify(work);
    const first = isAgain ? open.first : next;
    const frames = cut(producer, first);
    const digest = digestOf(frames);
    if (isAgain && open.digest !== digest) {
      throw new PipelineError(
        "TAPE_STATE_INVALID",
        `what a redrive began to send must be sent again as it was, and ${JSON.stringify(work).slice(0, 200)} is read ` +
          "differently now: end it with the version that began it",
      );
    }
    const shardCount = isAgain ? open.shardCount : await this.#options.shardCount?.();
    if (!isAgain)
      await this.#save({ producer, next: first + frames.length, open: { work, first, digest, shardCount } });
    await this.#options.send(frames, shardCount);
  }

  /** Forgets what was announced: it is noted, or can never be sent again. */
  async settle(): Promise<void> {
    const { producer, next, open } = this.#state;
    if (open !== undefined) await this.#save({ producer, next });
  }

  /** Lets others run. What is announced and not settled waits for them. */
  async close(): Promise<void> {
    await this.#options.leases.release(this.#lease, this.#options.clock.nowMs());
  }

  async #save(state: SenderState<Work>): Promise<void> {
    const { leases, clock } = this.#options;
    if (this.#lease.untilMs - clock.nowMs() < LEASE_MS / 2) this.#lease = await acquire(this.#options);
    await leases.save(this.#lease, JSON.stringify(state));
    this.#state = state;
  }
}

const acquire = async ({ leases, clock, name, holder }: NumberedSenderOptions): Promise<Lease> => {
  const nowMs = clock.nowMs();
  const lease = await leases.acquire({ name, holder, nowMs, untilMs: epochMs(nowMs + LEASE_MS) });
  if (lease !== undefined) return lease;
  const other = await leases.get(name);
  const until = other === undefined ? "" : ` until ${new Date(other.untilMs).toISOString()}`;
  throw new PipelineError("TAPE_LEASE_LOST", `a redrive must run alone, another holds ${name}${until}`, {
    retryable: true,
  });
};

/** The 32-bit FNV-1a hash of all frames. Source: http://www.isthe.com/chongo/tech/comp/fnv/ */
const digestOf = (frames: readonly CutFrame[]): number => {
  let hash = 0x811c9dc5;
  for (const { data } of frames) for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
};
