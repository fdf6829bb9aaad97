import { durationMs, type EpochMs } from "./units.ts";

/** So many symbols are watched at most, for all clients together. */
export const MAX_WATCHED = 5_000;

/** A symbol that nobody asks for again is watched for so long. */
export const WATCHED_FOR_MS = durationMs(7 * 86_400_000);

/** Asking again writes again only after so long, so that who asks all day writes once. */
const RENEWED_AFTER_MS = durationMs(86_400_000);

/** Where a store keeps what is watched. What was put or removed is in what is read next, by whomever. */
export interface WatchRows {
  /** When each symbol was last asked for; those for which that is too long ago, too. */
  read(): Promise<ReadonlyMap<string, EpochMs>>;

  /** Puts rows that say `nowMs`, in place of those that are there. */
  put(symbols: readonly string[], nowMs: EpochMs): Promise<void>;

  remove(symbols: readonly string[]): Promise<void>;
}

/** Whether a symbol that was last asked for at `askedMs` is watched at `nowMs`. */
export const isStillWatched = (askedMs: EpochMs, nowMs: EpochMs): boolean => nowMs - askedMs < WATCHED_FOR_MS;

/**
 * Watches `symbols`, each once, from `nowMs` on, and forgets those whose time is over. False when more than
 * {@link MAX_WATCHED} would be watched; then those that were are renewed, and none is added.
 *
 * There is no condition on a sum of rows, and so whoever has added looks again. Of any who keep what they added, the last
 * to look has seen what all of them put, and that there was room for it:
 *
 *     A    4,999 ── put X ─────── 5,001: remove X        both may give way, never neither
 *     B       4,999 ──── put Y ──────── 5,000: keeps Y
 */
export const watchWithin = async (rows: WatchRows, symbols: readonly string[], nowMs: EpochMs): Promise<boolean> => {
  const { added, renewed, over, hasRoom } = changesOf(await rows.read(), symbols, nowMs);
  await rows.put(hasRoom ? [...renewed, ...added] : renewed, nowMs);
  await rows.remove(over);
  if (!hasRoom || added.length === 0) return hasRoom;
  if (liveOf(await rows.read(), nowMs).size <= MAX_WATCHED) return true;
  await rows.remove(added);
  return false;
};

/** A whole list of what is watched, after somebody asked. */
export interface Watched {
  /** Undefined when it is as it was. */
  readonly list: ReadonlyMap<string, EpochMs> | undefined;
  /** Whether there was room for all that were asked for. */
  readonly hasRoom: boolean;
}

/** What {@link watchWithin} makes of a list that is written whole, and only if it is still `known`. */
export const withWatched = (
  known: ReadonlyMap<string, EpochMs>,
  symbols: readonly string[],
  nowMs: EpochMs,
): Watched => {
  const { added, renewed, over, hasRoom } = changesOf(known, symbols, nowMs);
  const put = hasRoom ? [...renewed, ...added] : renewed;
  if (put.length + over.length === 0) return { list: undefined, hasRoom };
  const list = new Map([...known, ...put.map((symbol) => [symbol, nowMs] as const)]);
  for (const symbol of over) list.delete(symbol);
  return { list, hasRoom };
};

const changesOf = (known: ReadonlyMap<string, EpochMs>, symbols: readonly string[], nowMs: EpochMs) => {
  const live = liveOf(known, nowMs);
  const added = symbols.filter((symbol) => !live.has(symbol));
  return {
    added,
    renewed: symbols.filter((symbol) => live.has(symbol) && nowMs - known.get(symbol)! >= RENEWED_AFTER_MS),
    over: [...known.keys()].filter((symbol) => !live.has(symbol) && !symbols.includes(symbol)),
    hasRoom: live.size + added.length <= MAX_WATCHED,
  };
};

const liveOf = (known: ReadonlyMap<string, EpochMs>, nowMs: EpochMs): ReadonlySet<string> =>
  new Set([...known].filter(([, askedMs]) => isStillWatched(askedMs, nowMs)).map(([symbol]) => symbol));
