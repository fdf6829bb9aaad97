import type { Log } from "#core/ports/log.ts";
import type { EpochMs, SequenceNumber } from "#core/units.ts";
import { shardsField } from "../trace.ts";
import type { DeliveryCounts } from "./deliver.ts";

/** How far a shard was folded when it published panes. */
export interface FoldedUpTo {
  readonly shard: string;
  readonly lastSequence: SequenceNumber;
}

/** What was read of the bars stream at once, and what became of its messages. */
export interface Flush extends DeliveryCounts {
  readonly folded: readonly FoldedUpTo[];
  readonly records: number;
  readonly panes: number;
  /** Which its messages bear. */
  readonly timeMs: EpochMs;
}

/** Logs a flush, by what trades can be followed to its messages. */
export const tellFlush = (log: Log, { folded, ...fields }: Flush & { readonly lastTimeMs?: EpochMs }): void =>
  log.info("updates sent", { ...shardsField(folded), ...fields });

/** Logs many flushes in one line: of each shard the greatest position, of times the first and the last. */
export class SentUpdates {
  readonly #log: Log;
  readonly #folded = new Map<string, FoldedUpTo>();
  #sent: (Flush & { readonly lastTimeMs: EpochMs }) | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  add(flush: Flush): void {
    const before = this.#sent;
    for (const mine of flush.folded) {
      const known = this.#folded.get(mine.shard);
      if (known === undefined || known.lastSequence < mine.lastSequence) this.#folded.set(mine.shard, mine);
    }
    this.#sent = {
      folded: [...this.#folded.values()],
      records: (before?.records ?? 0) + flush.records,
      panes: (before?.panes ?? 0) + flush.panes,
      timeMs: before?.timeMs ?? flush.timeMs,
      lastTimeMs: flush.timeMs,
      sent: (before?.sent ?? 0) + flush.sent,
      gone: (before?.gone ?? 0) + flush.gone,
      busy: (before?.busy ?? 0) + flush.busy,
      posts: (before?.posts ?? 0) + flush.posts,
    };
  }

  /** Tells of what has not been told. */
  tell(): void {
    if (this.#sent === undefined) return;
    tellFlush(this.#log, this.#sent);
    this.#sent = undefined;
    this.#folded.clear();
  }
}
