import type { FeedState } from "#core/protocol/pipeline-status.ts";
import type { ShardTrend } from "./trends.ts";
import { shardName, shareWords, tookWords } from "./words.ts";

/** What an operator looks at. */
export interface Sight {
  /** Whether the page has a connection. */
  readonly isConnected: boolean;
  /** Since the server was last heard. */
  readonly silenceMs: number;
  /** Since it last answered how the pipeline works, undefined where it was not asked long enough. */
  readonly unansweredMs: number | undefined;
  readonly feed: FeedState | undefined;
  readonly shards: readonly ShardTrend[];
  readonly rejectedLately: number;
  /** How long ago the last gap was noticed, undefined where there is none. */
  readonly gapAgoMs: number | undefined;
}

/** Something that is wrong. */
export interface Problem {
  /** What it is of, the same as long as it lasts. */
  readonly key: string;
  readonly words: string;
}

const LIMITS = {
  silenceMs: 4_000,
  unansweredMs: 10_000,
  lagMs: 10_000,
  windowLagMs: 60_000,
  stateShare: 0.8,
  gapAgoMs: 3_600_000,
} as const;

/** What is wrong now; nothing where all is well. */
export const problemsOf = (sight: Sight): readonly Problem[] => {
  const { isConnected, silenceMs, unansweredMs, feed, shards, rejectedLately, gapAgoMs } = sight;
  if (!isConnected) return [{ key: "connection", words: "The page has no connection to the server" }];
  const found: Problem[] = [];
  if (silenceMs > LIMITS.silenceMs) found.push({ key: "silence", words: "The server has sent nothing for a while" });
  else if (unansweredMs !== undefined && unansweredMs > LIMITS.unansweredMs)
    found.push({ key: "unanswered", words: "The server does not answer how the pipeline works" });
  if (feed === "dead") found.push({ key: "feed", words: "Nobody feeds the pipeline" });
  found.push(...shards.flatMap(shardProblems));
  if (rejectedLately > 0)
    found.push({ key: "rejected", words: `${rejectedLately.toLocaleString("en-US")} rejected in the last minute` });
  if (gapAgoMs !== undefined && gapAgoMs < LIMITS.gapAgoMs)
    found.push({ key: "gap", words: "Trades may have expired before they were read" });
  return found;
};

const shardProblems = ({ shard, isIdle, lagMs, windowLagMs, stateShare }: ShardTrend): readonly Problem[] => {
  const name = shardName(shard);
  const found: Problem[] = [];
  if (lagMs > LIMITS.lagMs)
    found.push({ key: `lag ${shard}`, words: `Shard ${name} is ${tookWords(lagMs)} behind the stream` });
  else if (!isIdle && windowLagMs !== undefined && windowLagMs > LIMITS.windowLagMs)
    found.push({ key: `window ${shard}`, words: `The watermark of shard ${name} is ${tookWords(windowLagMs)} behind` });
  if (stateShare > LIMITS.stateShare)
    found.push({
      key: `state ${shard}`,
      words: `Shard ${name} keeps ${shareWords(stateShare)} of the state that it may`,
    });
  return found;
};

/** A problem, and when it was first seen. */
export interface SeenProblem extends Problem {
  readonly sinceMs: number;
}

/** Remembers since when things are wrong, and since when they are well. */
export class ProblemLog {
  #seen: readonly SeenProblem[] = [];
  #wellSinceMs: number | undefined;

  /** Since when nothing is wrong, as far as was looked; undefined while something is. */
  get wellSinceMs(): number | undefined {
    return this.#wellSinceMs;
  }

  /** The problems that there are at `nowMs`, the oldest first. */
  see(problems: readonly Problem[], nowMs: number): readonly SeenProblem[] {
    this.#seen = problems
      .map((problem) => ({ ...problem, sinceMs: this.#seen.find(({ key }) => key === problem.key)?.sinceMs ?? nowMs }))
      .toSorted((a, b) => a.sinceMs - b.sinceMs);
    this.#wellSinceMs = this.#seen.length > 0 ? undefined : (this.#wellSinceMs ?? nowMs);
    return this.#seen;
  }
}
