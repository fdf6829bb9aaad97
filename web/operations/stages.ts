import type { ShardOperations } from "#core/protocol/operations.ts";
import { Recent, type Quantiles } from "./recent.ts";

/** The stages of a trade's way, in order, each named after what it ends with. */
export const STAGES = ["fetched", "taken", "folded", "sent", "received", "painted"] as const;

export type Stage = (typeof STAGES)[number];

/** The page's part of the way of some panes. Times are of the server's clock. */
export interface Passage {
  readonly shard: string;
  /** The position that the panes are folded up to. */
  readonly last: string;
  readonly sentMs: number | undefined;
  readonly receivedMs: number;
  readonly paintedMs: number;
}

type Told = Pick<ShardOperations, "eventTimeMs" | "ingestTimeMs" | "arrivalTimeMs" | "foldedTimeMs">;

/** So many ways are remembered of which the other part is still to come. */
const REMEMBERED = 200;

/** What was so old when it came was not meant to be of now. */
export const NOW_MS = 3_600_000;

/**
 * The ways of records from trade to screen. The server tells of one part, updates of the other, and a position within a
 * shard is what they have in common; either may come first.
 */
export class Stages {
  readonly #told = new Map<string, Told>();
  readonly #passed = new Map<string, Passage>();
  readonly #recent = new Map(STAGES.map((stage) => [stage, new Recent()]));
  #lastTold = new Map<string, string>();

  /** The server told of a shard's last step. */
  tell(shard: ShardOperations, nowMs: number): void {
    if (this.#lastTold.get(shard.shard) === shard.last) return;
    this.#lastTold.set(shard.shard, shard.last);
    const key = keyOf(shard);
    const passage = this.#passed.get(key);
    if (passage !== undefined) this.#add(shard, passage, nowMs);
    else remember(this.#told, key, shard);
  }

  /** Panes of a shard are on the screen. */
  pass(passage: Passage, nowMs: number): void {
    const key = keyOf(passage);
    const told = this.#told.get(key);
    this.#told.delete(key);
    if (told !== undefined) this.#add(told, passage, nowMs);
    else remember(this.#passed, key, passage);
  }

  /** How long each stage took in the last minute. */
  quantiles(nowMs: number): ReadonlyMap<Stage, Quantiles | undefined> {
    return new Map(STAGES.map((stage) => [stage, this.#recent.get(stage)!.quantiles(nowMs)]));
  }

  #add(told: Told, passage: Passage, nowMs: number): void {
    for (const [stage, tookMs] of stageTimes(told, passage)) this.#recent.get(stage)!.add(tookMs, nowMs);
  }
}

/** How long each stage of one way took, as far as its ends are known. */
export const stageTimes = (told: Told, passage: Passage): readonly (readonly [Stage, number])[] => {
  const { eventTimeMs, ingestTimeMs, arrivalTimeMs, foldedTimeMs } = told;
  const { sentMs, receivedMs, paintedMs } = passage;
  const isOfNow = (timeMs: number | undefined): boolean =>
    timeMs !== undefined && arrivalTimeMs !== undefined && arrivalTimeMs - timeMs < NOW_MS;
  const ends = [
    isOfNow(eventTimeMs) ? eventTimeMs : undefined,
    isOfNow(ingestTimeMs) ? ingestTimeMs : undefined,
    arrivalTimeMs,
    foldedTimeMs,
    sentMs,
    receivedMs,
    paintedMs,
  ];
  return STAGES.flatMap((stage, index) => {
    const [from, to] = [ends[index], ends[index + 1]];
    return from === undefined || to === undefined ? [] : [[stage, to - from] as const];
  });
};

const keyOf = ({ shard, last }: { readonly shard: string; readonly last: string }): string => `${shard} ${last}`;

const remember = <Value>(map: Map<string, Value>, key: string, value: Value): void => {
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= REMEMBERED) break;
    map.delete(oldest);
  }
};
