import fc from "fast-check";
import { expect, test } from "vitest";

import type { Pane } from "#core/pane.ts";
import { epochMs } from "#core/units.ts";
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
  readonly inPublish: number;
  readonly inCheckpoint: number;
}

const arbitraryPauses: fc.Arbitrary<Pauses> = fc.record({
  beforeSubscribe: fc.nat(40),
  inPublish: fc.nat(10),
  inCheckpoint: fc.nat(10),
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

/** Publishes at each step, and at each life's end stores the panes, publishes them all, and stores the checkpoint. */
const aggregate = async (
  { panes, checkpoints }: Pick<Ports, "panes" | "checkpoints">,
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
    await panes.put(changed);
    await publish(changed);
    newest = Math.max(newest, ...life.flat());
    await checkpoints.put(checkpointAt(epochMs(startMs + newest * minuteMs), last));
  }
};

test("a client that subscribes while bars change ends with the panes of the store", async () => {
  const race = async (scheduler: fc.Scheduler, lives: readonly Life[], pauses: Pauses) => {
    const ports = createSocketPorts();
    const slow = { ...ports };
    for (const name of ["panes", "checkpoints", "connections", "sink"] as const) {
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
    const client = pause(scheduler, pauses.beforeSubscribe).then(() =>
      createMessage(slow)(messageEvent("c1", subscribe)),
    );
    const aggregator = aggregate({ panes: slow.panes, checkpoints: { ...slow.checkpoints, put } }, publish, lives);
    await scheduler.waitFor(Promise.all([client, aggregator.then(() => broadcasts)]));
    const endMs = epochMs(startMs + 60 * minuteMs);
    const stored = await ports.panes.range({ symbol: "IBM", intervalMs: minuteMs, startMs, endMs });
    const kept = registerOf(ports.sink.sent("c1")).panes();
    expect(kept.toSorted((a, b) => a.startMs - b.startMs)).toEqual(stored);
  };
  await fc.assert(fc.asyncProperty(fc.scheduler(), arbitraryLives, arbitraryPauses, race), { numRuns: 500 });
});
