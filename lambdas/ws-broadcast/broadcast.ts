import { storedIntervalFor } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import type { Log } from "#core/ports/log.ts";
import { Register } from "#core/protocol/register.ts";
import { updateMessages } from "#core/protocol/server-message.ts";
import type { DurationMs } from "#core/units.ts";
import { readUpdateRecord } from "#core/update-record.ts";
import { paneRowText } from "#core/updates.ts";
import { concurrently } from "#core/concurrently.ts";
import { deliver, type DeliverDeps, type Delivery } from "./deliver.ts";
import type { UpdatesEvent } from "./events.ts";

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
 * state goes out, and each connection gets one message with all its symbols. What is no update record is logged and
 * skipped. Telling a batch twice does no harm.
 * @throws PipelineError when the gateway or the store cannot be asked, after all connections have been tried.
 */
export const createBroadcast =
  (deps: BroadcastDeps) =>
  async ({ Records }: UpdatesEvent): Promise<void> => {
    const panes = conflate(Records, deps.log);
    const deliveries = await deliveriesOf(deps, topicsOf(panes));
    if (deliveries.length === 0) return;
    const counts = await deliver(deps, deliveries);
    deps.log.info("updates sent", { records: Records.length, panes: panes.length, ...counts });
  };

/** Of each pane that the records hold, the state of the greatest `lastSequence`. */
const conflate = (records: UpdatesEvent["Records"], log: Log): readonly Pane[] => {
  const register = new Register();
  for (const { eventID, kinesis } of records) {
    register.apply(readOrSkip(kinesis.data, (error) => log.warn("a record is no update", { eventID, error })));
  }
  return register.panes();
};

const readOrSkip = (base64: string, onMalformed: (error: RangeError) => void): readonly Pane[] => {
  try {
    return readUpdateRecord(Buffer.from(base64, "base64"));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    onMalformed(error);
    return [];
  }
};

/** `panes` by symbol and interval. */
const topicsOf = (panes: readonly Pane[]): readonly Topic[] => {
  const topics = new Map<string, { symbol: string; intervalMs: DurationMs; rows: string[] }>();
  for (const pane of panes) {
    const { symbol, intervalMs } = pane;
    const key = topicKey(symbol, intervalMs);
    const topic = topics.get(key) ?? { symbol, intervalMs, rows: [] };
    topic.rows.push(paneRowText(pane));
    topics.set(key, topic);
  }
  return [...topics.values()];
};

const topicKey = (symbol: string, intervalMs: DurationMs): string => `${intervalMs}|${symbol}`;

/** One delivery per connection that wants any of `topics`; connections that want the same ones share the texts. */
const deliveriesOf = async (deps: BroadcastDeps, topics: readonly Topic[]): Promise<readonly Delivery[]> => {
  const wanted = await wantedBy(deps, topics);
  const shared = new Map<string, readonly string[]>();
  return [...wanted].map(([connectionId, numbers]) => {
    const sorted = [...numbers].toSorted((a, b) => a - b);
    const key = sorted.join();
    const messages = shared.get(key) ?? updateMessages(sorted.flatMap((number) => topics[number]?.rows ?? []));
    shared.set(key, messages);
    return { connectionId, messages };
  });
};

/** By connection, the positions in `topics` of those it wants. Each symbol's subscribers are asked for once. */
const wantedBy = async (
  { connections, storedIntervalsMs }: BroadcastDeps,
  topics: readonly Topic[],
): Promise<ReadonlyMap<string, ReadonlySet<number>>> => {
  const numbers = new Map(topics.map(({ symbol, intervalMs }, number) => [topicKey(symbol, intervalMs), number]));
  const wanted = new Map<string, Set<number>>();
  await concurrently([...new Set(topics.map(({ symbol }) => symbol))], MAX_READS, async (symbol) => {
    for (const { connectionId, intervalMs } of await connections.subscribers(symbol)) {
      const storedMs = storedIntervalFor(intervalMs, storedIntervalsMs);
      const number = storedMs === undefined ? undefined : numbers.get(topicKey(symbol, storedMs));
      if (number === undefined) continue;
      wanted.set(connectionId, (wanted.get(connectionId) ?? new Set()).add(number));
    }
  });
  return wanted;
};
