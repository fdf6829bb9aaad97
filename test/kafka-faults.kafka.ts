import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { killForAWhile } from "./engine-control.ts";
import { watchGroup } from "./group-watch.ts";
import { HOUR, isWhole, openHourRig, PARTITIONS, TRADE_COUNT } from "./kafka-hour.ts";
import { until } from "./until.ts";

const PATIENT = { timeout: 60_000, interval: 50 };
const DOWN_MS = 20_000;
/** Cassandra takes longer than this to come back, on the fastest machine. */
const START_MS = 3_000;
/** Lives of four partitions do not all end between the last trade and the look at what is stored. */
const LONG_LIFE_MS = durationMs(10_000);

describe("an hour of trades ends with every bar equal to the oracle", () => {
  test("though a second worker takes half of the partitions meanwhile, and the first leaves", async () => {
    await using rig = await openHourRig();
    const first = await rig.worker();
    const sending = rig.replay(HOUR);
    await using second = await rig.worker();
    await expect.poll(() => second.partitions.length, PATIENT).toBe(PARTITIONS / 2);
    await expect.poll(() => first.partitions.length, PATIENT).toBe(PARTITIONS / 2);
    await first[Symbol.asyncDispose]();
    await expect.poll(() => second.partitions.length, PATIENT).toBe(PARTITIONS);
    await sending;
    await isWhole(rig);
  });

  test("though two workers write each partition at once, as one does that has lost it and does not know", async () => {
    await using rig = await openHourRig();
    await using _owner = await rig.worker();
    await using _zombie = await rig.worker("zombies");
    await rig.replay(HOUR);
    await isWhole(rig);
  });

  test("though the broker is killed and comes back", async () => {
    await using rig = await openHourRig();
    await using _worker = await rig.worker();
    // Whether it fails, and when, is the client's matter: nobody waits for it while the broker is away.
    const hasSent = rig.replay(HOUR).then(
      () => true,
      () => false,
    );
    await delay(1_000);
    await killForAWhile("kafka", 2_000);
    if (!(await hasSent)) await rig.replay(HOUR);
    await isWhole(rig);
  });

  test("though the broker is gone for 10 seconds while partitions are shared out anew", async () => {
    await using rig = await openHourRig();
    await using group = watchGroup(rig.config, rig.config.group);
    await using silent = rig.startProcess();
    await using worker = await rig.worker();
    await until("both must get half", () => silent.shards.length === PARTITIONS / 2 && worker.partitions.length === 2);
    // Who does not answer is waited for, and so the others are still joining when the broker goes.
    silent.child.kill("SIGSTOP");
    const joining = rig.worker().catch(() => undefined);
    await until("the group must share out anew", group.isSharingOut, 2);
    await delay(500);
    expect(worker.isReady).toBe(false);
    await killForAWhile("kafka", 10_000);
    await silent.kill();
    await (await joining)?.[Symbol.asyncDispose]();
    await until("the worker must come back to its group, alone", () => worker.partitions.length === PARTITIONS);
    expect(worker.isReady).toBe(true);
    await rig.replay(HOUR);
    await isWhole(rig);
  });

  test("though Cassandra is gone for 20 seconds", async () => {
    await using rig = await openHourRig(LONG_LIFE_MS);
    await using _worker = await rig.worker();
    await rig.replay(HOUR);
    expect(await rig.storedTrades()).toBeLessThan(TRADE_COUNT);
    expect(await killForAWhile("cassandra", DOWN_MS - START_MS)).toBeGreaterThan(DOWN_MS);
    await isWhole(rig);
  });
});
