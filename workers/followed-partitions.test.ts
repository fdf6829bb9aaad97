import { expect, test } from "vitest";
import { FollowedPartitions } from "./followed-partitions.ts";

/** Followers that end when they are let go, and are done when they are told to. */
const openFollowed = () => {
  const events: string[] = [];
  const stores = new Map<number, () => void>();
  const followed = new FollowedPartitions(async (partition, signal) => {
    events.push(`begin ${partition}`);
    const stored = Promise.withResolvers<void>();
    stores.set(partition, stored.resolve);
    signal.addEventListener("abort", () => events.push(`let go ${partition}`));
    await stored.promise;
    events.push(`done ${partition}`);
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const done = async (partition: number) => {
    stores.get(partition)?.();
    await settled();
  };
  return { followed, events, done, settled };
};

test("a partition that comes back is begun when what was folded of it before is stored", async () => {
  const { followed, events, done, settled } = openFollowed();
  followed.share([0]);
  await settled();
  followed.share([]);
  followed.share([0]);
  await settled();
  expect(events).toEqual(["begin 0", "let go 0"]);
  expect(followed.partitions).toEqual([0]);
  await done(0);
  expect(events).toEqual(["begin 0", "let go 0", "done 0", "begin 0"]);
});

test("a partition that came and went while the one before it was not done is not begun", async () => {
  const { followed, events, done, settled } = openFollowed();
  followed.share([0]);
  await settled();
  for (const partitions of [[], [0], []]) followed.share(partitions);
  await done(0);
  expect(events).toEqual(["begin 0", "let go 0", "done 0"]);
});

test("to end waits for partitions that were given up before, too, and begins none", async () => {
  const { followed, events, done, settled } = openFollowed();
  followed.share([1, 0]);
  expect(followed.partitions).toEqual([0, 1]);
  await settled();
  followed.share([1]);
  const ended = followed[Symbol.asyncDispose]().then(() => events.push("ended"));
  followed.share([1, 2]);
  await done(1);
  expect(events).not.toContain("ended");
  await done(0);
  await ended;
  expect(events.toSorted()).toEqual(["begin 0", "begin 1", "done 0", "done 1", "ended", "let go 0", "let go 1"]);
  expect(followed.partitions).toEqual([]);
});
