import { expect, test } from "vitest";
import type { Account } from "./account.ts";
import { mustBeWithinReach, nextShardCount } from "./shards.ts";

test.each([
  [1, 1, 1],
  [1, 2, 2],
  [1, 50, 2],
  [32, 50, 50],
  [50, 1, 25],
  [3, 1, 2],
  [2, 1, 1],
])("a stream of %i shards that shall have %i is given %i", (now, wanted, next) => {
  expect(nextShardCount(now, wanted)).toBe(next);
});

const accountWith = (counts: Readonly<Record<string, number>>): Pick<Account, "kinesis"> => {
  const send = ({ input }: { readonly input: { readonly StreamName: string } }) =>
    Promise.resolve({ StreamDescriptionSummary: { OpenShardCount: counts[input.StreamName] } });
  return { kinesis: { send } } as unknown as Pick<Account, "kinesis">;
};

const account = accountWith({ "the-ticks": 1, "the-bars": 4 });
const found = [
  { outputs: { PanesTableName: "p" } },
  { outputs: { TicksStreamName: "the-ticks", BarsStreamName: "the-bars" } },
];

test("a deployment is refused that Kinesis would refuse in the middle of it", async () => {
  await expect(mustBeWithinReach(account, found, { stream: "kinesis", shards: 50, barsShards: 4 })).rejects.toThrow(
    "shards must be at most 2 this time, was 50: the stream the-ticks has 1, which Kinesis no more than doubles or halves at once, ten times a day; deploy with -c shards=2 first",
  );
  await expect(mustBeWithinReach(account, found, { stream: "kinesis", shards: 1, barsShards: 1 })).rejects.toThrow(
    "barsShards must be at least 2 this time, was 1",
  );
});

test("a deployment is let through that is within reach, is the first, or has its ticks elsewhere", async () => {
  await mustBeWithinReach(account, found, { stream: "kinesis", shards: 2, barsShards: 8 });
  await mustBeWithinReach(account, [], { stream: "kinesis", shards: 50, barsShards: 50 });
  await mustBeWithinReach(account, found, { stream: "msk", shards: 50, barsShards: 4 });
});
