import { expect, test } from "vitest";

import { concurrently } from "./concurrently.ts";

test("calls the action for every item, never more than the limit at once", async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await concurrently([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    done.push(item);
  });
  expect(done).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

test("throws the first failure when all items have been tried, if each is to be", async () => {
  const tried: number[] = [];
  const action = async (item: number): Promise<void> => {
    tried.push(item);
    if (item % 2 === 0) throw new RangeError(`failed ${item}`);
  };
  await expect(concurrently([1, 2, 3, 4, 5], 2, action, { isEachTried: true })).rejects.toThrow("failed 2");
  expect(tried).toEqual([1, 2, 3, 4, 5]);
});

test("takes no further item after a failure, and waits for those in flight", async () => {
  const ended: number[] = [];
  const action = async (item: number): Promise<void> => {
    if (item === 2) throw new RangeError("failed 2");
    await Promise.resolve();
    ended.push(item);
  };
  await expect(concurrently([1, 2, 3, 4, 5], 2, action)).rejects.toThrow("failed 2");
  expect(ended).toEqual([1]);
});

test("does nothing for no items", async () => {
  await concurrently([], 64, () => Promise.reject(new RangeError("nothing to do")));
});
