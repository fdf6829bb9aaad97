import { Life, type LifePorts, type LifeRules } from "./life.ts";
import { LifeMemory } from "./life-memory.ts";
import { readLifeState, type StateHead } from "./life-state.ts";
import type { ShardRecord } from "./ports/shard-reader.ts";
import { SeenFrames } from "./seen.ts";
import { countsOf, sumOfCounts, type ShardCounts } from "./shard-counts.ts";
import type { StepReport } from "./step-tally.ts";
import { BEYOND_ALL, type SequenceNumber } from "./units.ts";

/** One batch of a shard's records, in sequence order, and where its life stands. */
export interface LifeStep {
  readonly stream: string;
  readonly shard: string;
  readonly records: readonly ShardRecord[];
  /** What the step before returned; undefined begins a life. */
  readonly state: Uint8Array | undefined;
  /** Whether the life ends with this batch. */
  readonly isLast: boolean;
}

/** What became of a step. */
export interface LifeOutcome {
  /** For the next step; undefined when the life has ended. */
  readonly state: Uint8Array | undefined;
  /** Whether the state could not be read, so that a life began from the checkpoint instead. */
  readonly isStateUnreadable: boolean;
  /** Whether the life ended before its time, because its state had no more room. */
  readonly hasEndedEarly: boolean;
  /** What the step came to, for those who count and trace: parents that it had to fold to their ends are counted, too. */
  readonly report: StepReport;
}

/**
 * Takes a step in the life of a shard's panes: folds the records, publishes the panes that changed, and at the life's end
 * stores them and then the checkpoint.
 *
 * Harmless to repeat, to abandon at any point, to run twice at once or to run late, since every write is a register in
 * which the greater position wins, and each pane's content is a function of its position.
 *
 *     step 1               step 2         last step
 *     begin  refill  fold  refill  fold   fold   put panes   put mark   publish   put checkpoint
 *     ------+-------+------+--------------+------+-----------+----------+---------+--------->
 *           |       |                     |      |           |          |         \ only now may a life skip these records
 *           |       |                     |      |           |          \ whoever subscribed in between misses nothing
 *           |       |                     |      |           \ from here on what was read before is old
 *           |       |                     |      \ condition: stored lastSequence < mine
 *           |       |                     \ pane read on first touch, if a row may exist
 *           |       \ the shard itself is read from behind `last` to the first record delivered
 *           \ checkpoint read
 *
 * The refill finds what an earlier life took and never stored, because Lambda lost the state, the mapping was created
 * again further on, or a state was handed over that belongs to an earlier batch. Nothing is the usual answer. What had
 * expired before it could be read is noted as a gap.
 *
 * @param memory is this step's alone until it is over.
 * @throws PipelineError when a port does: the whole batch must come again.
 */
export const advanceLife = async (
  ports: LifePorts,
  rules: LifeRules,
  step: LifeStep,
  memory = new LifeMemory(rules.intervalsMs),
): Promise<LifeOutcome> => {
  const resumed = step.state && resumeLife(ports, rules, step, memory);
  const ofParents: ShardCounts[] = [];
  const life = resumed ?? (await beginLife(ports, rules, step, memory, ofParents));
  const [first] = step.records;
  // A last step without state and without records has lost what its window held: the shard still has it.
  if (first || (step.isLast && !resumed)) await refill(ports, step.shard, life, first?.sequenceNumber ?? BEYOND_ALL);
  await life.take(step.records);
  const state = await life.settle(step.isLast);
  const report = life.tally.report(life.last);
  return {
    state,
    isStateUnreadable: step.state !== undefined && resumed === undefined,
    hasEndedEarly: state === undefined && !step.isLast,
    report: { ...report, counts: sumOfCounts([report.counts, ...ofParents]) },
  };
};

/** A long refill stores what it has every so many pages, so that an invocation that runs out of time was not in vain. */
const REFILL_PAGES = 16;

const refill = async (ports: LifePorts, shard: string, life: Life, before: SequenceNumber): Promise<void> => {
  let pages = 0;
  for await (const records of ports.shards.read(shard, { after: life.last, before })) {
    await life.take(records);
    if (++pages % REFILL_PAGES === 0) await life.store();
  }
};

/** The life that `state` speaks of, undefined when it cannot be read: state is a cache, never the truth. */
const resumeLife = (ports: LifePorts, rules: LifeRules, step: LifeStep, memory: LifeMemory): Life | undefined => {
  if (step.state === undefined) return undefined;
  try {
    const recalled = memory.recall(step.shard, step.state);
    if (recalled) return new Life(ports, rules, step, memory, recalled);
    const { panes, ...state } = readLifeState(ports.packing.unpack(step.state));
    memory.begin(step.shard, panes);
    return new Life(ports, rules, step, memory, state);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const beginLife = async (
  ports: LifePorts,
  rules: LifeRules,
  { stream, shard }: LifeStep,
  memory: LifeMemory,
  ofParents: ShardCounts[],
): Promise<Life> => {
  const checkpoint = await ports.checkpoints.get(stream, shard);
  const state: StateHead = {
    last: checkpoint?.last,
    lastArrivalMs: checkpoint?.lastArrivalMs,
    newestEventTimeMs: checkpoint?.newestEventTimeMs,
    frontierMs: checkpoint?.frontierMs,
    newestStoredMs: checkpoint?.newestEventTimeMs,
    counts: checkpoint?.counts ?? countsOf(() => 0),
    seen: checkpoint?.seen ?? (await inheritedSeen(ports, rules, stream, shard, ofParents)).toBytes(),
  };
  memory.begin(shard, new Uint8Array());
  return new Life(ports, rules, { stream, shard }, memory, state);
};

/**
 * What the parents of a shard have seen, all together, to their ends: what an earlier life took of them and never stored is
 * stored first. Nobody else would, if the mapping was created again behind a shard that is closed: no record follows there.
 */
const inheritedSeen = async (
  ports: LifePorts,
  rules: LifeRules,
  stream: string,
  shard: string,
  ofParents: ShardCounts[],
): Promise<SeenFrames> => {
  const seen = new SeenFrames();
  for (const parent of (await ports.shards.parents(shard)).toSorted()) {
    const step = { stream, shard: parent, records: [], state: undefined, isLast: true };
    ofParents.push((await advanceLife(ports, rules, step)).report.counts);
    const checkpoint = await ports.checkpoints.get(stream, parent);
    const inherited = checkpoint
      ? SeenFrames.from(checkpoint.seen)
      : await inheritedSeen(ports, rules, stream, parent, ofParents);
    seen.addAll(inherited);
  }
  return seen;
};
