import { expect, test } from "vitest";
import { epochMs, sequenceNumber } from "#core/units.ts";
import { createKeptLog } from "#test/socket-stage.ts";
import { SentUpdates, type Flush } from "./sent-updates.ts";

const upTo = (shard: string, position: number) => ({ shard, lastSequence: sequenceNumber(String(position)) });

const flush = (timeMs: number, folded: Flush["folded"]): Flush => ({
  folded,
  records: 2,
  panes: 3,
  timeMs: epochMs(timeMs),
  sent: 4,
  gone: 1,
  busy: 0,
  posts: 5,
});

test("many flushes are one line: how far each shard was folded, from when to when, and what became of messages", () => {
  const log = createKeptLog();
  const sent = new SentUpdates(log);
  sent.tell();
  sent.add(flush(1_000, [upTo("ticks-0", 9), upTo("ticks-0", 10)]));
  sent.add(flush(1_300, [upTo("ticks-1", 3), upTo("ticks-0", 8)]));
  sent.tell();
  sent.add(flush(2_000, [upTo("ticks-1", 4)]));
  sent.tell();
  sent.tell();
  expect(log.lines.map(({ message, fields }) => [message, fields])).toEqual([
    [
      "updates sent",
      {
        shards: [upTo("ticks-0", 10), upTo("ticks-1", 3)],
        records: 4,
        panes: 6,
        timeMs: 1_000,
        lastTimeMs: 1_300,
        sent: 8,
        gone: 2,
        busy: 0,
        posts: 10,
      },
    ],
    [
      "updates sent",
      {
        shards: [upTo("ticks-1", 4)],
        records: 2,
        panes: 3,
        timeMs: 2_000,
        lastTimeMs: 2_000,
        sent: 4,
        gone: 1,
        busy: 0,
        posts: 5,
      },
    ],
  ]);
});
