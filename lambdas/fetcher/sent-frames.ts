import type { CutFrame } from "#core/frame/framer.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { ProducerFrames } from "#core/step-tally.ts";
import type { Trade } from "#core/trade.ts";
import type { SequenceNumber } from "#core/units.ts";
import { producersField, shardsField } from "../trace.ts";
import type { SentFrame } from "./backlog.ts";

/** A line tells of so much time at most, however many chunks that are. */
const TELL_MS = 1_000;

export interface SentFramesDeps {
  readonly log: Log;
  readonly clock: Pick<Clock, "nowMs">;
}

/** A chunk of which the stream has taken all. */
export interface SentChunk {
  readonly producer: string;
  readonly frames: readonly CutFrame[];
  readonly places: readonly SentFrame[];
  readonly trades: readonly Trade[];
}

interface Sent {
  readonly sinceMs: number;
  readonly producer: ProducerFrames;
  readonly trades: number;
  readonly firstEventTimeMs: number;
  readonly lastEventTimeMs: number;
}

interface Span {
  readonly shard: string;
  readonly firstSequence: SequenceNumber;
  readonly lastSequence: SequenceNumber;
  readonly records: number;
}

/** Logs which frames were sent, and where they stand: a line a second, not one a chunk. */
export class SentFrames {
  readonly #deps: SentFramesDeps;
  readonly #source: string;
  #sent: Sent | undefined;
  #spans = new Map<string, Span>();

  constructor(deps: SentFramesDeps, source: string) {
    this.#deps = deps;
    this.#source = source;
  }

  /** Takes in a chunk, and tells of it and those before when it is time. */
  add({ producer, frames, places, trades }: SentChunk): void {
    const [first, last] = [frames[0], frames.at(-1)];
    if (first === undefined || last === undefined) return;
    const before = this.#sent;
    const [oldestMs, newestMs] = timesOf(trades);
    const nowMs = this.#deps.clock.nowMs();
    this.#sent = {
      sinceMs: before?.sinceMs ?? nowMs,
      producer: {
        producer,
        firstFrame: before?.producer.firstFrame ?? first.number,
        lastFrame: last.number,
        frames: (before?.producer.frames ?? 0) + frames.length,
      },
      trades: (before?.trades ?? 0) + trades.length,
      firstEventTimeMs: Math.min(before?.firstEventTimeMs ?? Infinity, oldestMs),
      lastEventTimeMs: Math.max(before?.lastEventTimeMs ?? -Infinity, newestMs),
    };
    for (const { place } of places) this.#place(place);
    if (nowMs - this.#sent.sinceMs >= TELL_MS) this.tell();
  }

  /** Tells of what has not been told. */
  tell(): void {
    if (this.#sent === undefined) return;
    const { producer, trades, firstEventTimeMs, lastEventTimeMs } = this.#sent;
    this.#deps.log.info("frames sent", {
      ...producersField([producer]),
      ...shardsField([...this.#spans.values()]),
      source: this.#source,
      trades,
      firstEventTimeMs,
      lastEventTimeMs,
    });
    this.#sent = undefined;
    this.#spans = new Map();
  }

  #place({ shard, sequenceNumber }: SentFrame["place"]): void {
    const span = this.#spans.get(shard);
    const [first = sequenceNumber, last = sequenceNumber] = [span?.firstSequence, span?.lastSequence];
    this.#spans.set(shard, {
      shard,
      firstSequence: sequenceNumber < first ? sequenceNumber : first,
      lastSequence: sequenceNumber > last ? sequenceNumber : last,
      records: (span?.records ?? 0) + 1,
    });
  }
}

/** The least and the greatest event time. */
const timesOf = (trades: readonly Trade[]): readonly [number, number] => {
  let [oldestMs, newestMs] = [Infinity, -Infinity];
  for (const { eventTimeMs } of trades) {
    if (eventTimeMs < oldestMs) oldestMs = eventTimeMs;
    if (eventTimeMs > newestMs) newestMs = eventTimeMs;
  }
  return [oldestMs, newestMs];
};
