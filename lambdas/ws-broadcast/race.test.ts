import fc from "fast-check";
import { expect, test } from "vitest";

import type { Pane } from "#core/pane.ts";
import { Answer } from "#core/protocol/answer.ts";
import type { Holding } from "#core/protocol/holding.ts";
import type { Register } from "#core/protocol/register.ts";
import { readServerMessage } from "#core/protocol/server-message.ts";
import { epochMs, sequenceNumber } from "#core/units.ts";
import {
  checkpointAt,
  createSocketPorts,
  messageEvent,
  minuteMs,
  minutePane,
  registerOf,
  startMs,
  updatesOf,
} from "#test/socket-stage.ts";
import { createBroadcast } from "./broadcast.ts";
import { createMessage } from "./message.ts";

/** One life of an aggregator: the minutes that each of its steps folds trades of. */
type Life = readonly (readonly number[])[];

const arbitraryLives: fc.Arbitrary<readonly Life[]> = fc.array(
  fc.array(fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
  { minLength: 1, maxLength: 3 },
);

/** How many steps of the scheduler pass before the client subscribes, while the stream takes updates, and so on. */
interface Pauses {
  readonly beforeSubscribe: number;
  /** A second client's, after the first one's: it may be told what was read for the first. */
  readonly beforeSecond: number;
  readonly inPublish: number;
  readonly inCheckpoint: number;
  /** Once the store has been read, before the answer is there. */
  readonly inRead: number;
}

/** Often none, so that what can happen at once does. */
const few = (most: number): fc.Arbitrary<number> => fc.oneof(fc.constant(0), fc.nat(most));

const arbitraryPauses: fc.Arbitrary<Pauses> = fc.record({
  beforeSubscribe: fc.nat(40),
  beforeSecond: fc.nat(40),
  inPublish: few(10),
  inCheckpoint: few(10),
  inRead: few(20),
});

const subscribe = { action: "subscribe", symbols: ["IBM"], intervalMs: minuteMs, bars: 60 } as const;

type Ports = ReturnType<typeof createSocketPorts>;

/** The port, each of its calls taking effect, and then answering, when the scheduler pleases. */
const scheduled = <T extends object>(scheduler: fc.Scheduler, port: T): T =>
  new Proxy(port, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        await scheduler.schedule(Promise.resolve(), `${String(name)} begins`);
        const answer: unknown = await Reflect.apply(method, target, args);
        await scheduler.schedule(Promise.resolve(), `${String(name)} ends`);
        return answer;
      };
    },
  });

const pause = async (scheduler: fc.Scheduler, steps: number): Promise<void> => {
  for (let step = 0; step < steps; step++) await scheduler.schedule(Promise.resolve(), "pause");
};

/** Publishes at each step, and at each life's end stores the panes, marks that, publishes all, and stores the checkpoint. */
const aggregate = async (
  { panes, marks, checkpoints }: Pick<Ports, "panes" | "marks" | "checkpoints">,
  publish: (panes: readonly Pane[]) => Promise<void>,
  lives: readonly Life[],
): Promise<void> => {
  let last = 0;
  let newest = 0;
  const panesOf = (minutes: Iterable<number>) => [...minutes].map((minute) => minutePane("IBM", minute, last));
  for (const life of lives) {
    for (const minutes of life) {
      last++;
      await publish(panesOf(minutes));
    }
    const changed = panesOf(new Set(life.flat()));
    // a store takes them one by one
    for (const pane of changed) await panes.put([pane]);
    await marks.put({ stream: "ticks", shard: "shardId-000000000000", last: sequenceNumber(String(last)) });
    await publish(changed);
    newest = Math.max(newest, ...life.flat());
    await checkpoints.put(checkpointAt(epochMs(startMs + newest * minuteMs), last));
  }
};

/** The ports, slow ones for the stages, and a run of an aggregator and the broadcaster behind it. */
const openRace = (scheduler: fc.Scheduler, pauses: Pauses) => {
  const ports = createSocketPorts();
  const slow = { ...ports };
  for (const name of ["panes", "marks", "checkpoints", "connections", "sink"] as const) {
    Object.assign(slow, { [name]: scheduled(scheduler, ports[name]) });
  }
  const broadcast = createBroadcast(slow);
  let broadcasts = Promise.resolve();
  const publish = async (panes: readonly Pane[]): Promise<void> => {
    broadcasts = broadcasts.then(() => broadcast(updatesOf(...panes)));
    await pause(scheduler, pauses.inPublish);
  };
  const put: Ports["checkpoints"]["put"] = async (checkpoint) => {
    await pause(scheduler, pauses.inCheckpoint);
    await slow.checkpoints.put(checkpoint);
  };
  let reads = 0;
  const range: Ports["panes"]["range"] = async (wanted) => {
    reads++;
    const panes = await slow.panes.range(wanted);
    await pause(scheduler, pauses.inRead);
    return panes;
  };
  return {
    sink: ports.sink,
    /** How often the store was asked for panes. */
    reads: () => reads,
    send: createMessage({ ...slow, panes: { ...slow.panes, range } }),
    run: async (lives: readonly Life[]): Promise<void> => {
      await aggregate(
        { panes: slow.panes, marks: slow.marks, checkpoints: { ...slow.checkpoints, put } },
        publish,
        lives,
      );
      await broadcasts;
    },
    stored: () =>
      ports.panes.range({ symbol: "IBM", intervalMs: minuteMs, startMs, endMs: epochMs(startMs + 60 * minuteMs) }),
  };
};

const ordered = (register: Register): readonly Pane[] => register.panes().toSorted((a, b) => a.startMs - b.startMs);

test("clients that subscribe while bars change end with the panes of the store", async () => {
  let shared = 0;
  const race = async (scheduler: fc.Scheduler, lives: readonly Life[], pauses: Pauses) => {
    const { sink, send, run, stored, reads } = openRace(scheduler, pauses);
    const come = async (connectionId: string, steps: number): Promise<void> => {
      await pause(scheduler, steps);
      await send(messageEvent(connectionId, subscribe));
    };
    const clients = [come("c1", pauses.beforeSubscribe), come("c2", pauses.beforeSubscribe + pauses.beforeSecond)];
    await scheduler.waitFor(Promise.all([...clients, run(lives)]));
    if (reads() === 1) shared++;
    for (const connectionId of ["c1", "c2"])
      expect(ordered(registerOf(sink.sent(connectionId)))).toEqual(await stored());
  };
  await fc.assert(fc.asyncProperty(fc.scheduler(), arbitraryLives, arbitraryPauses, race), { numRuns: 500 });
  expect(shared).toBeGreaterThan(20);
});

/** What a client has of `messages`, and what it says of it when it comes back. */
const keptOf = (messages: readonly string[]) => {
  const answer = new Answer();
  let since: Holding | undefined;
  for (const message of messages.map(readServerMessage)) {
    if (message.type === "snapshot") since = answer.take(message) ?? since;
  }
  return { register: registerOf(messages), since };
};

/** The register of a client that had `before`, and got `messages` when it came back. */
const resumed = (before: Register, messages: readonly string[]): Register => {
  const register = registerOf(messages);
  const rest = messages.map(readServerMessage).find((message) => message.type === "snapshot" && message.isRest);
  if (rest?.type === "snapshot") register.apply(before.panesFor(rest.symbols, rest.intervalMs, rest.fromMs));
  return register;
};

interface Absence {
  readonly beforeLoss: number;
  readonly beforeReturn: number;
  /** The client loses the update of this number, from 0, while it is there. */
  readonly lost: number;
}

const arbitraryAbsence: fc.Arbitrary<Absence> = fc.record({
  beforeLoss: fc.nat(60),
  beforeReturn: fc.nat(40),
  lost: fc.nat(4),
});

test("a client that loses updates and its connection, and resumes, ends with the panes of the store", async () => {
  let rests = 0;
  const race = async (scheduler: fc.Scheduler, lives: readonly Life[], pauses: Pauses, absence: Absence) => {
    const { sink, send, run, stored } = openRace(scheduler, pauses);
    const come = async (): Promise<Register> => {
      await pause(scheduler, pauses.beforeSubscribe);
      const subscribed = send(messageEvent("c1", subscribe));
      await pause(scheduler, absence.beforeLoss);
      const got = sink.sent("c1").filter((text) => text.includes('"snapshot"'));
      const updates = sink.sent("c1").filter((text) => text.includes('"update"'));
      const { register, since } = keptOf([...got, ...updates.filter((_, number) => number !== absence.lost)]);
      await pause(scheduler, absence.beforeReturn);
      await send(messageEvent("c2", since === undefined ? subscribe : { ...subscribe, action: "resume", since }));
      await subscribed;
      return register;
    };
    const [before] = await scheduler.waitFor(Promise.all([come(), run(lives)]));
    const messages = sink.sent("c2");
    if (messages.some((text) => text.includes('"isRest":true'))) rests++;
    expect(ordered(resumed(before, messages))).toEqual(await stored());
  };
  const property = fc.asyncProperty(fc.scheduler(), arbitraryLives, arbitraryPauses, arbitraryAbsence, race);
  await fc.assert(property, { numRuns: 1_000 });
  expect(rests).toBeGreaterThan(100);
});
