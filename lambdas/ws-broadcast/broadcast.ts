import { storedIntervalFor } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import type { ConnectionWants, Want } from "#core/ports/connection-store.ts";
import type { Log } from "#core/ports/log.ts";
import type { Meter } from "#core/ports/meter.ts";
import { Register } from "#core/protocol/register.ts";
import { updateMessages } from "#core/protocol/server-message.ts";
import type { DurationMs, EpochMs } from "#core/units.ts";
import { readUpdateRecord } from "#core/update-record.ts";
import { paneRowText } from "#core/updates.ts";
import { deliver, type DeliverDeps, type Delivery } from "./deliver.ts";
import { createEndedBars } from "./ended-bars.ts";
import type { UpdatesEvent } from "./events.ts";
import { MissedUpdates } from "./missed-updates.ts";
import { tellFlush, type Flush, type FoldedUpTo } from "./sent-updates.ts";
import { TopicSet } from "./topic-set.ts";

export interface BroadcastDeps extends DeliverDeps {
  readonly storedIntervalsMs: readonly DurationMs[];
  readonly meter: Meter;
  /** Told of what was sent. @default a line of the log each */
  readonly onSent?: (flush: Flush) => void;
}

/** What changed of one symbol at one stored interval. */
interface Topic {
  readonly symbol: string;
  readonly intervalMs: DurationMs;
  readonly panes: readonly Pane[];
  /** Row texts, made once for all connections, and only when one wants them. */
  readonly rows: () => readonly string[];
  readonly isWanted: () => boolean;
}

/**
 * Tells the subscribers what a batch of the bars stream changed. One batch is one flush: of each pane only the newest
 * state goes out, and each connection gets one message with all its symbols. What nobody wants costs no more than to be
 * read. What is no update record is logged and skipped. Telling a batch twice does no harm. Who did not take all that it was
 * sent is told so with what it is sent next.
 * @throws PipelineError when the gateway or the store cannot be asked, after all connections have been tried.
 */
export const createBroadcast = (deps: BroadcastDeps) => {
  const ended = createEndedBars();
  const { onSent = (flush: Flush) => tellFlush(deps.log, flush) } = deps;
  const missed = new MissedUpdates();
  return async ({ Records }: UpdatesEvent): Promise<void> => {
    const { panes, folded } = conflate(Records, deps.log);
    if (panes.length === 0) return;
    const wants = await deps.connections.wants();
    const topics = topicsOf(panes);
    const timeMs = deps.clock.nowMs();
    const deliveries = deliveriesOf(topics, wants, deps.storedIntervalsMs, timeMs);
    if (deliveries.length === 0) return;
    const counts = await missed.tellWith(deliveries, (all, onBusy) => deliver(deps, all, onBusy));
    onSent({ folded, records: Records.length, panes: panes.length, timeMs, ...counts });
    const told = topics.filter((topic) => topic.isWanted()).flatMap((topic) => topic.panes);
    deps.meter.emit({
      WindowEndToPushMs: ended.measure(told, panes, deps.clock.nowMs()),
      SocketPosts: counts.posts,
      ...(counts.gone > 0 && { GoneConnections: counts.gone }),
    });
  };
};

/** Of each pane that the records hold, the state of the greatest `lastSequence`; and which states there were. */
const conflate = (
  records: UpdatesEvent["Records"],
  log: Log,
): { readonly panes: readonly Pane[]; readonly folded: readonly FoldedUpTo[] } => {
  const register = new Register();
  const folded = new Map<string, FoldedUpTo>();
  for (const record of records) {
    const panes = readOrSkip(record, log);
    register.apply(panes);
    let before: FoldedUpTo | undefined;
    for (const { shard, lastSequence } of panes) {
      if (before?.lastSequence === lastSequence && before.shard === shard) continue;
      before = { shard, lastSequence };
      folded.set(`${shard}|${lastSequence}`, before);
    }
  }
  return { panes: register.panes(), folded: [...folded.values()] };
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
    [...Map.groupBy(ofSymbol, ({ intervalMs }) => intervalMs)].map(([intervalMs, ofTopic]) => {
      let rows: readonly string[] | undefined;
      return {
        symbol,
        intervalMs,
        panes: ofTopic,
        rows: () => (rows ??= ofTopic.map(paneRowText)),
        isWanted: () => rows !== undefined,
      };
    }),
  );

const topicKey = (symbol: string, intervalMs: DurationMs): string => `${intervalMs}|${symbol}`;

/**
 * One delivery per connection that wants any of `topics`. Connections that want the same ones share the texts, and stand
 * side by side.
 */
const deliveriesOf = (
  topics: readonly Topic[],
  connections: readonly ConnectionWants[],
  storedIntervalsMs: readonly DurationMs[],
  nowMs: EpochMs,
): readonly Delivery[] => {
  const numberOf = numbering(topics, storedIntervalsMs);
  const nothing = new TopicSet();
  const sharers = new Map<TopicSet, string[]>();
  for (const { connectionId, wants } of connections) {
    const numbers = wants.flatMap((want) => numberOf(want) ?? []).toSorted((a, b) => a - b);
    if (numbers.length === 0) continue;
    const set = numbers.reduce((grown, number) => grown.with(number), nothing);
    const connectionIds = sharers.get(set);
    if (connectionIds === undefined) sharers.set(set, [connectionId]);
    else connectionIds.push(connectionId);
  }
  return [...sharers].flatMap(([set, connectionIds]) => {
    const messages = updateMessages(
      set.numbers().flatMap((number) => topics[number]?.rows() ?? []),
      nowMs,
    );
    return connectionIds.map((connectionId) => ({ connectionId, messages }));
  });
};

/** Says which of `topics` a want means, by its position, undefined for none. It is found once for each want. */
const numbering = (
  topics: readonly Topic[],
  storedIntervalsMs: readonly DurationMs[],
): ((want: Want) => number | undefined) => {
  const numbers = new Map(topics.map(({ symbol, intervalMs }, number) => [topicKey(symbol, intervalMs), number]));
  const known = new Map<Want, number | undefined>();
  return (want) => {
    if (known.has(want)) return known.get(want);
    const storedMs = storedIntervalFor(want.intervalMs, storedIntervalsMs);
    const number = storedMs === undefined ? undefined : numbers.get(topicKey(want.symbol, storedMs));
    known.set(want, number);
    return number;
  };
};
