import { expect, test } from "vitest";
import { FEED_STATES } from "#core/protocol/pipeline-status.ts";
import { epochMs } from "#core/units.ts";
import { completeWords, feedWords } from "./pipeline-words.ts";

test("a source that has ended is complete, and one that goes on up to some time", () => {
  const watermarkMs = epochMs(new Date(2026, 0, 2, 9, 8, 7).getTime());
  expect([
    completeWords({ feed: "live", watermarkMs: undefined }),
    completeWords({ feed: "quiet", watermarkMs }),
    completeWords({ feed: "closed", watermarkMs }),
  ]).toEqual(["", "complete up to 09:08:07", "complete"]);
});

test("each feed state has words of its own", () => {
  expect(new Set(FEED_STATES.map(feedWords)).size).toBe(FEED_STATES.length);
});
