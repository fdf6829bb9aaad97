import { PipelineError } from "#core/errors.ts";
import { framesOf, type CutFrame } from "#core/frame/framer.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { FrameStream } from "#core/ports/frame-stream.ts";
import type { Lease, LeaseStore } from "#core/ports/lease-store.ts";
import type { Log } from "#core/ports/log.ts";
import type { Meter } from "#core/ports/meter.ts";
import type { TradeSource } from "#core/ports/trade-source.ts";
import type { Random } from "#core/random.ts";
import type { Trade } from "#core/trade.ts";
import { durationMs, epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import { Backlog, type BacklogDeps } from "./backlog.ts";
import { DueRows, type DuePart } from "./due-rows.ts";
import { progressFrom, readProgress, type Chunk, type Framing, type Progress } from "../source-progress.ts";
import { sendFrames } from "./send-frames.ts";
import { SentFrames } from "./sent-frames.ts";

export interface FetcherDeps extends Omit<BacklogDeps, "clock"> {
  readonly stream: FrameStream;
  readonly leases: Pick<LeaseStore, "acquire" | "save" | "release" | "get">;
  readonly clock: Clock;
  readonly random: Random;
  /** A fresh random text of 16 hex digits each time. */
  readonly freshId: () => string;
  readonly framing: Framing;
  /** How long trades wait for others before their frames are closed. */
  readonly lingerMs: DurationMs;
  readonly log: Log;
  readonly meter: Meter;
}

/** One run: a source, its name among the leases, its speed, and when to stop. */
export interface FetcherRun {
  readonly name: string;
  readonly source: TradeSource;
  /** Trade time per wall time. */
  readonly speed: number | "max";
  /** The run must be over by then. */
  readonly deadlineMs: EpochMs;
}

/** How a run ended: another run holds the lease; there is more to come; or the source is at its end and all is sent. */
export interface FetcherReport extends Pick<Progress, "tradesSent" | "rejectedRows" | "rejectedSamples"> {
  readonly status: "busy" | "unfinished" | "done";
  readonly framesSent: number;
}

/**
 * A chunk holds at most so many rows, and no more than may be unfolded: enough to fill the frames of 64 lanes when a source
 * is behind, and little to keep in memory.
 */
const CHUNK_ROWS = 64_000;
const KEPT_SAMPLES = 20;
/** A run that says nothing for so long is taken to be dead. */
const LEASE_MS = 15_000;
const HANDOVER_MS = LEASE_MS + 1_000;
const HANDOVER_STEP_MS = durationMs(200);
const NOTHING = { tradesSent: 0, rejectedRows: 0, rejectedSamples: [], framesSent: 0 } as const;

/**
 * Sends what of a source is due, up to the run's deadline, and goes on in the next run where this one stopped. A source
 * that is faster than the aggregators is kept waiting.
 *
 * A chunk of rows is announced in the lease before its first frame is sent. A run that finds one announced sends it again
 * with the same producer, numbers and cuts, so that a crash at any point neither loses a trade nor counts one twice:
 *
 *     save chunk [p, q)      send frames n…m      save chunk [q, r)      send frames …
 *     ------+--------------------+----------------------+-----------------------+---->
 *           \ a crash here, or here: the next run sends [p, q) as frames n…m again
 *
 * What a run sent is told at its end, however it ends, as far as it was saved: the rest the next run sends again, and tells.
 *
 * @throws PipelineError TAPE_LEASE_LOST when another run took the lease, and whatever the ports throw.
 */
export const createFetcher =
  (deps: FetcherDeps) =>
  async (run: FetcherRun): Promise<FetcherReport> => {
    const lease = await acquire(deps, run);
    if (lease === undefined) return { status: "busy", ...NOTHING };
    const progress =
      lease.state === undefined ? progressFrom(deps.freshId(), deps.clock.nowMs()) : readProgress(lease.state);
    const end = progress.isDone ? progress : await sendDue(deps, run, lease, progress);
    await deps.leases.release(lease, deps.clock.nowMs());
    const { tradesSent, rejectedRows, rejectedSamples, nextFrame } = end;
    const status = end.isDone ? "done" : "unfinished";
    return { status, tradesSent, rejectedRows, rejectedSamples, framesSent: nextFrame };
  };

/**
 * The lease, also when the run before is over in a moment or is dead, so that run follows run without a gap. Who holds one
 * prolongs it; one that nobody did while a lease lasts is over, though its holder's clock was ahead and says otherwise.
 */
const acquire = async ({ leases, clock, freshId }: FetcherDeps, run: FetcherRun): Promise<Lease | undefined> => {
  const [name, holder] = [run.name, freshId()];
  const startMs = clock.nowMs();
  const giveUpMs = Math.min(startMs + HANDOVER_MS, run.deadlineMs);
  let seen: Lease | undefined;
  for (;;) {
    const nowMs = clock.nowMs();
    const request = { name, holder, nowMs, untilMs: epochMs(nowMs + LEASE_MS) };
    const lease = await leases.acquire(request);
    if (lease !== undefined) return lease;
    seen ??= await leases.get(name);
    if (nowMs >= giveUpMs) {
      const isWatched = nowMs - startMs > LEASE_MS && seen !== undefined;
      // Prolonged meanwhile, it does not end by then.
      return isWatched ? leases.acquire({ ...request, nowMs: seen!.untilMs }) : undefined;
    }
    await clock.sleep(HANDOVER_STEP_MS);
  }
};

/** The same lease, for longer when half of it is over. @throws PipelineError TAPE_LEASE_LOST when another run has it */
const keep = async ({ leases, clock }: FetcherDeps, lease: Lease): Promise<Lease> => {
  const nowMs = clock.nowMs();
  if (lease.untilMs - nowMs > LEASE_MS / 2) return lease;
  const { name, holder } = lease;
  const kept = await leases.acquire({ name, holder, nowMs, untilMs: epochMs(nowMs + LEASE_MS) });
  if (kept !== undefined) return kept;
  throw new PipelineError("TAPE_LEASE_LOST", `the lease ${name} must be this run's, was taken by another`);
};

const sendDue = async (deps: FetcherDeps, run: FetcherRun, lease: Lease, start: Progress): Promise<Progress> => {
  let saved = start;
  const save: SaveProgress = async (held, progress) => {
    await deps.leases.save(held, JSON.stringify(progress));
    saved = progress;
  };
  const sent = new SentFrames(deps, run.name);
  try {
    return await sendChunks(deps, { run, lease, start, save, sent });
  } finally {
    sent.tell();
    const [trades, frames] = [saved.tradesSent - start.tradesSent, saved.nextFrame - start.nextFrame];
    if (frames > 0) deps.meter.emit({ TradesSent: trades, FramesSent: frames });
  }
};

type SaveProgress = (lease: Lease, progress: Progress) => Promise<void>;

/** A run under way. */
interface Sending {
  readonly run: FetcherRun;
  readonly lease: Lease;
  readonly start: Progress;
  readonly save: SaveProgress;
  readonly sent: SentFrames;
}

const sendChunks = async (deps: FetcherDeps, sending: Sending): Promise<Progress> => {
  const { run, start, save } = sending;
  let { lease } = sending;
  await using rows = new DueRows(run.source, deps.clock, run.speed, start);
  const backlog = new Backlog(deps, start.lastPlaces);
  let progress = start;
  while (deps.clock.nowMs() < run.deadlineMs) {
    lease = await keep(deps, lease);
    if (!(await backlog.hasRoom())) {
      await backlog.wait(run.deadlineMs);
      continue;
    }
    const announced = progress.chunk && progress.chunk.to - progress.position;
    const due = await rows.take(announced ?? Math.min(CHUNK_ROWS, deps.maxUnfoldedTrades), announced !== undefined);
    if (due.rowCount === 0) {
      if (rows.isAtEnd) {
        progress = { ...progress, isDone: true };
        break;
      }
      const keptMs = deps.clock.nowMs() + LEASE_MS / 3;
      await rows.wait(epochMs(Math.min(run.deadlineMs, keptMs)), deps.lingerMs);
      continue;
    }
    const firstEventTimeMs = progress.firstEventTimeMs ?? rows.firstEventTimeMs;
    const chunk = progress.chunk ?? (await chunkOf(deps, progress, due));
    progress = { ...progress, firstEventTimeMs, chunk };
    await save(lease, progress);
    const frames = framesOfChunk(due.trades, chunk, progress);
    const places = await sendFrames({ ...deps, shardCount: chunk.shardCount }, frames, run.deadlineMs);
    if (places === undefined) return progress;
    backlog.add(places);
    sending.sent.add({ producer: progress.producer, frames, places, trades: due.trades });
    progress = { ...advance(progress, due, frames.length), lastPlaces: backlog.lastPlaces };
    // Where more is due already, nothing is gained by waiting for others.
    if (run.speed !== "max" && due.rowCount < CHUNK_ROWS) await linger(deps, chunk);
  }
  await save(lease, progress);
  return progress;
};

/** The same for the same chunk, whoever sends it. */
const framesOfChunk = (
  trades: readonly Trade[],
  { framing, ingestTimeMs, frontierMs }: Chunk,
  { producer, nextFrame }: Progress,
): readonly CutFrame[] =>
  framesOf(trades, {
    ...framing,
    producer,
    firstNumber: nextFrame,
    ingestTimeMs: epochMs(ingestTimeMs),
    frontierMs: frontierMs === undefined ? undefined : epochMs(frontierMs),
  });

/** Waits until the trades that came while a chunk was sent have waited for others as long as they may. */
const linger = async ({ clock, lingerMs }: FetcherDeps, { ingestTimeMs }: Chunk): Promise<void> => {
  const leftMs = ingestTimeMs + lingerMs - clock.nowMs();
  if (leftMs > 0) await clock.sleep(durationMs(Math.min(leftMs, lingerMs)));
};

const chunkOf = async (
  { framing, clock, stream }: FetcherDeps,
  { position, newestEventTimeMs }: Progress,
  { trades, rowCount }: DuePart,
): Promise<Chunk> => ({
  to: position + rowCount,
  framing,
  ingestTimeMs: clock.nowMs(),
  frontierMs: newestEventTimeMs ?? trades[0]?.eventTimeMs,
  shardCount: await stream.shardCount?.(),
});

const advance = (progress: Progress, { trades, rejected, rowCount }: DuePart, frameCount: number): Progress => {
  const samples = rejected.map(({ line, reason }) => `line ${line}: ${reason}`);
  return {
    ...progress,
    newestEventTimeMs: newestOf(progress.newestEventTimeMs, trades),
    position: progress.position + rowCount,
    nextFrame: progress.nextFrame + frameCount,
    chunk: undefined,
    tradesSent: progress.tradesSent + trades.length,
    rejectedRows: progress.rejectedRows + rejected.length,
    rejectedSamples: [...progress.rejectedSamples, ...samples].slice(0, KEPT_SAMPLES),
  };
};

const newestOf = (timeMs: number | undefined, trades: readonly Trade[]): number | undefined => {
  let newestMs = timeMs;
  for (const { eventTimeMs } of trades) if (newestMs === undefined || eventTimeMs > newestMs) newestMs = eventTimeMs;
  return newestMs;
};
