import type { FeedState, PipelineStatus } from "#core/protocol/pipeline-status.ts";
import { secondWords } from "./words.ts";

const FEED_WORDS: Readonly<Record<FeedState, string>> = {
  live: "Trades come in",
  quiet: "Quiet: no trades for a while",
  closed: "Closed: the source has ended",
  dead: "Dead: nobody feeds the pipeline",
};

/** How things stand with whoever brings trades. */
export const feedWords = (feed: FeedState): string => FEED_WORDS[feed];

/** Up to when all trades have most likely come. */
export const completeWords = ({ feed, watermarkMs }: Pick<PipelineStatus, "feed" | "watermarkMs">): string => {
  if (watermarkMs === undefined) return "";
  return feed === "closed" ? "complete" : `complete up to ${secondWords(watermarkMs)}`;
};
