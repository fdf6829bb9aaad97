import { storedIntervalFor } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import type { Subscription } from "#core/ports/connection-store.ts";
import type { Log } from "#core/ports/log.ts";
import { Register } from "#core/protocol/register.ts";
import { updateMessages } from "#core/protocol/server-message.ts";
import type { DurationMs } from "#core/units.ts";
import { paneRowText, readUpdateRecord } from "#core/updates.ts";
import { concurrently } from "#core/concurrently.ts";
import { deliver, type DeliverDeps, type Delivery } from "./deliver.ts";
import type { UpdatesEvent } from "./events.ts";
import { Wants } from "./wants.ts";

const MAX_READS = 32;

export interface BroadcastDeps extends DeliverDeps {
  readonly storedIntervalsMs: readonly DurationMs[];
}

/** What changed of one symbol at one stored interval: row texts, made once for all connections. */
interface Topic {
  readonly symbol: string;
  readonly intervalMs: DurationMs;
  readonly rows: readonly string[];
}

/**
 * Tells the subscribers what a batch of the bars stream changed. One batch is one flush: of each pane only the newest
 * state goes out, and each connection gets one message with all its symbols. What nobody wants costs no more than to be
 * read. What is no update record is logged and skipped. Telling a batch twice does no harm.
 * @throws PipelineError when the gateway or the store cannot be asked, after all connections have been tried.
 */
export const createBroadcast =
  (deps: BroadcastDeps) =>
  async ({ Records }: UpdatesEvent): Promise<void> => {
    const changed = Records.map((record) => readOrSkip(record, deps.log));
    if (changed.every((panes) => panes.length === 0)) return;
    const panes = conflate(changed, await deps.connections.wantedSymbols());
    const deliveries = await deliveriesOf(deps, topicsOf(panes));
    if (deliveries.length === 0) return;
    const counts = await deliver(deps, deliveries);
    deps.log.info("updates sent", { records: Records.length, panes: panes.length, ...counts });
  };

/** Of each pane of a wanted symbol, the state of the greatest `lastSequence`. */
const conflate = (batches: readonly (readonly Pane[])[], wanted: ReadonlySet<string>): readonly Pane[] => {
  const register = new Register();
  for (const panes of batches) register.apply(panes.filter(({ symbol }) => wanted.has(symbol)));
  return register.panes();
};

const readOrSkip = ({ eventID, kinesis }: UpdatesEvent["Records"][number], log: Log): readonly Pane[] => {
  try {
    return readUpdateRecord(Buffer.from(kinesis.data, "base64"));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    log.warn("a record is no update", { eventID, error });
    return [];
  }
};

/** `panes` by symbol, then by interval. */
const topicsOf = (panes: readonly Pane[]): readonly Topic[] =>
  [...Map.groupBy(panes, ({ symbol }) => symbol)].flatMap(([symbol, ofSymbol]) =>
    [...Map.groupBy(ofSymbol, ({ intervalMs }) => intervalMs)].map(([intervalMs, ofTopic]) => ({
      symbol,
      intervalMs,
      rows: ofTopic.map(paneRowText),
    })),
  );

/**
 * One delivery per connection that wants any of `topics`. Connections that want the same ones share the texts, and stand
 * side by side.
 */
const deliveriesOf = async (deps: BroadcastDeps, topics: readonly Topic[]): Promise<readonly Delivery[]> => {
  const sharers = Map.groupBy(await wantsOf(deps, topics), ([, wants]) => wants);
  return [...sharers].flatMap(([wants, connections]) => {
    const messages = updateMessages(wants.numbers().flatMap((number) => topics[number]?.rows ?? []));
    return connections.map(([connectionId]) => ({ connectionId, messages }));
  });
};

/** By connection, the positions in `topics` of those it wants. Each symbol's subscribers are asked for once. */
const wantsOf = async (
  { connections, storedIntervalsMs }: BroadcastDeps,
  topics: readonly Topic[],
): Promise<ReadonlyMap<string, Wants>> => {
  const subscribers = new Map<string, readonly Subscription[]>();
  await concurrently([...new Set(topics.map(({ symbol }) => symbol))], MAX_READS, async (symbol) => {
    subscribers.set(symbol, await connections.subscribers(symbol));
  });
  const storedFor = memoize((wantedMs: DurationMs) => storedIntervalFor(wantedMs, storedIntervalsMs));
  const nothing = new Wants();
  const wants = new Map<string, Wants>();
  for (const [number, { symbol, intervalMs }] of topics.entries()) {
    for (const { connectionId, intervalMs: wantedMs } of subscribers.get(symbol) ?? []) {
      if (storedFor(wantedMs) !== intervalMs) continue;
      wants.set(connectionId, (wants.get(connectionId) ?? nothing).with(number));
    }
  }
  return wants;
};

const memoize = <Key, Value>(derive: (key: Key) => Value): ((key: Key) => Value) => {
  const known = new Map<Key, Value>();
  return (key) => {
    if (!known.has(key)) known.set(key, derive(key));
    return known.get(key) as Value;
  };
};
