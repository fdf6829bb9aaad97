import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "#core/random.ts";
import type { AggregatorProcess } from "./aggregator-process.ts";
import { watchGroup } from "./group-watch.ts";
import { HOUR, HOUR_SECONDS, isWhole, openHourRig, PARTITIONS, TRADE_COUNT } from "./kafka-hour.ts";
import type { KafkaRig } from "./kafka-rig.ts";
import { until } from "./until.ts";

/** `KILL_SEED=7 npm run test:kafka test/kafka-kills` looks elsewhere. */
const SEED = Number(process.env["KILL_SEED"] ?? 1);
/** Trades come for so long at least, and so does what goes wrong: they wait where nobody folds them. */
const SECONDS = 45;
/** Of a worker's death in mid-life, and of its coming back too late, there must have been so many, on a slow machine too. */
const AT_LEAST = 1;
const LONG = { timeout: 300_000 };

/** Whether all trades have come. */
type IsOver = () => boolean;

/** Trades that come while `harm` is done to workers again and again, until they have all come and that was enough. */
const whileTradesCome = async (
  rig: KafkaRig,
  harm: (isOver: IsOver) => Promise<void>,
  isEnough = (): boolean => true,
): Promise<void> => {
  let hasEnded = false;
  const isOver = (): boolean => hasEnded;
  const sending = rig.replay(HOUR, HOUR_SECONDS / SECONDS).finally(() => (hasEnded = true));
  while (!isOver() || !isEnough()) await harm(isOver);
  expect(await sending).toMatchObject({ status: "done", tradesSent: TRADE_COUNT });
};

/** Trades of these shards that somebody has folded and nobody stored. */
const unstored = async (rig: KafkaRig, shards: readonly string[]): Promise<number> => {
  const trades = await rig.unstoredTrades();
  return shards.reduce((sum, shard) => sum + (trades.get(shard) ?? 0), 0);
};

/**
 * Stops a worker in mid-life and returns how many trades it has in memory alone; 0 when all trades have come before. It is
 * counted when it is stopped: one that runs may store them meanwhile, and of one that is gone somebody else does.
 */
const stopInMidLife = async (rig: KafkaRig, worker: AggregatorProcess, isOver: IsOver): Promise<number> => {
  const count = (): Promise<number> => unstored(rig, worker.shards);
  for (;;) {
    await until("it must be in mid-life", async () => isOver() || (await count()) > 0);
    worker.child.kill("SIGSTOP");
    const inMemory = await count();
    if (inMemory > 0 || isOver()) return inMemory;
    worker.child.kill("SIGCONT");
  }
};

const pick = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;

const report = (what: string): boolean => process.stdout.write(`${what}\n`);

const share = ({ shards }: AggregatorProcess): number => shards.length;

describe.concurrent(`an hour of trades ends with every bar equal to the oracle (seed ${SEED})`, () => {
  test("though worker processes are killed again and again in the middle of what they fold", LONG, async () => {
    const random = createRandom(SEED);
    await using rig = await openHourRig();
    await using all = new AsyncDisposableStack();
    const start = (): AggregatorProcess => all.use(rig.startProcess());
    let workers = [start(), start()];
    const lost: number[] = [];
    await whileTradesCome(rig, async (isOver) => {
      const victim = pick(random, workers);
      await until("a worker must get partitions", () => share(victim) > 0);
      await delay(random() * 2_500);
      lost.push(await stopInMidLife(rig, victim, isOver));
      await victim.kill();
      expect(victim.child.signalCode).toBe("SIGKILL");
      workers = [...workers.filter((worker) => worker !== victim), start()];
    });
    report(`killed ${lost.length} workers, that had so many trades in memory alone: ${lost.join(", ")}`);
    expect(lost.filter((count) => count > 0).length).toBeGreaterThanOrEqual(AT_LEAST);
    await isWhole(rig);
  });

  test("though a worker process is killed while two share the partitions out anew", LONG, async () => {
    const random = createRandom(SEED + 1);
    await using rig = await openHourRig();
    await using group = watchGroup(rig.config, rig.config.group);
    await using all = new AsyncDisposableStack();
    const start = (): AggregatorProcess => all.use(rig.startProcess());
    let owner = start();
    let isOwnersTurn = random() < 0.5;
    let count = 0;
    /** Who died while partitions were shared out. */
    const inTime: ("owner" | "joining")[] = [];
    const killOne = async (): Promise<void> => {
      await until("one worker must get all partitions", () => share(owner) === PARTITIONS);
      const joining = start();
      await until("the group must share out anew", async () => (await group.isSharingOut()) || share(joining) > 0, 2);
      await delay(random() * 100);
      const [victim, survivor] = isOwnersTurn ? [owner, joining] : [joining, owner];
      await victim.kill();
      count++;
      if (await group.isSharingOut()) inTime.push(isOwnersTurn ? "owner" : "joining");
      owner = survivor;
      isOwnersTurn = !isOwnersTurn;
    };
    await whileTradesCome(rig, killOne, () => new Set(inTime).size === 2);
    report(`killed ${count} workers, ${inTime.length} of them while partitions were shared out`);
    await isWhole(rig);
  });

  test("though a worker that lost its partitions wakes up and goes on writing", LONG, async () => {
    await using rig = await openHourRig();
    await using all = new AsyncDisposableStack();
    const workers = [all.use(rig.startProcess()), all.use(rig.startProcess())];
    const written: number[] = [];
    await whileTradesCome(rig, async (isOver) => {
      await until("both must get half", () => workers.every((worker) => share(worker) === PARTITIONS / 2));
      const [zombie, other] = workers as [AggregatorProcess, AggregatorProcess];
      const { shards, generations } = zombie;
      await until("it must be in mid-life", async () => isOver() || (await unstored(rig, shards)) > 0);
      const before = await zombie.panesStored();
      zombie.child.kill("SIGSTOP");
      await until("the other must take over", () => share(other) === PARTITIONS);
      zombie.child.kill("SIGCONT");
      await until("it must come back to its group", () => zombie.generations.length > generations.length);
      // It has heard that others have them, and what it has written until then it wrote as nobody.
      written.push((await zombie.panesStored()) - before);
      workers.reverse();
    });
    report(`${written.length} zombies, that wrote so many panes: ${written.join(", ")}`);
    expect(written.filter((panes) => panes > 0).length).toBeGreaterThanOrEqual(AT_LEAST);
    await isWhole(rig);
  });
});
