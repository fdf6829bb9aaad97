import { createMemoryConnectionStore } from "#adapters/memory/connection-store.ts";
import type { Pane } from "#core/pane.ts";
import type { Want } from "#core/ports/connection-store.ts";
import { readUpdateRecord, updateRecords } from "#core/update-record.ts";
import { PANE_COLUMNS, paneRowText } from "#core/updates.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { createBroadcast, type BroadcastDeps } from "#lambdas/ws-broadcast/broadcast.ts";
import type { UpdatesEvent } from "#lambdas/ws-broadcast/events.ts";

export interface FlushOptions {
  readonly rounds: number;
  /** @default 2000 */
  readonly connections?: number;
  /** Symbols that a flush changes, a minute's bar each. @default 500 */
  readonly symbols?: number;
  /** Of those, how many a connection wants. @default 20 */
  readonly wanted?: number;
  /** Sets of symbols that connections share. @default 50 */
  readonly sets?: number;
}

/** Microseconds of CPU time that a flush takes per connection, posts excepted, a sample a round. */
export interface FlushSamples {
  readonly broadcastUsPerConnection: readonly number[];
  /** Of one that filters all rows and makes a text for each connection. */
  readonly plainUsPerConnection: readonly number[];
}

const MINUTE = durationMs(60_000);
const WARM_UPS = 2;

const price = { units: 18_745, scale: 2 };
const print = { eventTimeMs: epochMs(1_760_000_001_234), sequence: 1_234_567, price, size: { units: 100, scale: 0 } };
const PANE: Pane = {
  symbol: "SYM",
  intervalMs: MINUTE,
  startMs: epochMs(1_759_999_980_000),
  shard: "shardId-000000000000",
  lastSequence: sequenceNumber("49590338271490256608559692538361571095921575989136588898"),
  content: {
    tradeCount: 412,
    open: print,
    high: price,
    low: price,
    close: print,
    volume: { units: 41_200n, scale: 0 },
    priceSum: { units: 7_722_940n, scale: 2 },
    notional: { units: 772_294_000n, scale: 2 },
  },
  isCorrected: false,
};

/**
 * One flush after another, from the records to the texts that are posted, through the broadcaster and through a plain one.
 * Stores answer at once, and posts are free.
 * @throws RangeError when the two do not post the same rows.
 */
export const measureFlush = async (options: FlushOptions): Promise<FlushSamples> => {
  const { rounds, connections = 2_000, symbols = 500, wanted = 20, sets = 50 } = options;
  const names = Array.from({ length: symbols }, (_, index) => `SYM${index}`);
  const event = eventOf(names);
  const wants = new Map(
    Array.from({ length: connections }, (_, index) => [`c${index}`, wantedOf(names, wanted, index % sets)]),
  );
  await mustPostTheSame(event, wants);
  const broadcast = createBroadcast(portsOf(wants, () => {}));
  const variants = { broadcast: () => broadcast(event), plain: () => plainBroadcast(event, wants, () => {}) };
  const samples: Record<keyof typeof variants, number[]> = { broadcast: [], plain: [] };
  for (let round = -WARM_UPS; round < rounds; round++) {
    for (const name of ["broadcast", "plain"] as const) {
      const us = await cpuUsOf(variants[name]);
      if (round >= 0) samples[name].push(us / connections);
    }
  }
  return { broadcastUsPerConnection: samples.broadcast, plainUsPerConnection: samples.plain };
};

const mustPostTheSame = async (event: UpdatesEvent, wants: Wanted): Promise<void> => {
  const rows = { broadcast: 0, plain: 0 };
  await createBroadcast(portsOf(wants, (text) => (rows.broadcast += rowsIn(text))))(event);
  plainBroadcast(event, wants, (text) => (rows.plain += rowsIn(text)));
  if (rows.broadcast !== rows.plain) throw new RangeError(`rows must be the same, were ${JSON.stringify(rows)}`);
};

const rowsIn = (text: string): number => (JSON.parse(text) as { readonly rows: readonly unknown[] }).rows.length;

const cpuUsOf = async (run: () => unknown): Promise<number> => {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

const eventOf = (names: readonly string[]): UpdatesEvent => ({
  Records: updateRecords(
    names.map((symbol) => ({ ...PANE, symbol })),
    1_000_000,
  ).map((data, index) => ({ eventID: String(index), kinesis: { data: Buffer.from(data).toString("base64") } })),
});

/** The `number`-th choice of `count` symbols: neighbouring choices have none in common until all symbols are used up. */
const wantedOf = (names: readonly string[], count: number, number: number): ReadonlySet<string> =>
  new Set(Array.from({ length: count }, (_, index) => names[(number * (count + 1) + index * 7) % names.length]!));

type Wanted = ReadonlyMap<string, ReadonlySet<string>>;

const portsOf = (wants: Wanted, post: (text: string) => unknown): BroadcastDeps => {
  const all = [...new Set([...wants.values()].flatMap((symbols) => [...symbols]))];
  const known = new Map(all.map((symbol): [string, Want] => [symbol, { symbol, intervalMs: MINUTE }]));
  const connectionWants = [...wants].map(([connectionId, symbols]) => ({
    connectionId,
    wants: [...symbols].map((symbol) => known.get(symbol)!),
  }));
  const silence = (): void => {};
  return {
    connections: {
      ...createMemoryConnectionStore(),
      wants: async () => connectionWants,
    },
    sink: {
      post: async (_, text) => {
        post(text);
        return "sent";
      },
    },
    clock: { nowMs: () => PANE.startMs, sleep: async () => {} },
    log: { info: silence, warn: silence, error: silence },
    meter: { emit: silence },
    storedIntervalsMs: [MINUTE],
  };
};

/** Makes rows of the panes, and for each connection filters them and makes a text of its own. */
const plainBroadcast = ({ Records }: UpdatesEvent, wants: Wanted, post: (text: string) => unknown): void => {
  const rows = Records.flatMap(({ kinesis }) =>
    readUpdateRecord(Buffer.from(kinesis.data, "base64")).map((pane) => JSON.parse(paneRowText(pane)) as unknown[]),
  );
  for (const symbols of wants.values()) {
    const wanted = rows.filter(([symbol]) => symbols.has(String(symbol)));
    post(JSON.stringify({ type: "update", version: 1, columns: PANE_COLUMNS, part: 1, parts: 1, rows: wanted }));
  }
};
