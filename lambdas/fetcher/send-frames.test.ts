import fc from "fast-check";
import { expect, test } from "vitest";
import { PipelineError } from "#core/errors.ts";
import type { CutFrame } from "#core/frame/framer.ts";
import type { FrameStream, RecordPlace, StreamEntry } from "#core/ports/frame-stream.ts";
import { createRandom } from "#core/random.ts";
import { SEEN_FRAMES } from "#core/seen.ts";
import { epochMs, sequenceNumber } from "#core/units.ts";
import { FRAMES_IN_FLIGHT, sendFrames } from "./send-frames.ts";

const framesOf = (count: number): readonly CutFrame[] =>
  Array.from({ length: count }, (_, i) => ({
    number: 7_000 + i,
    partitionKey: String(i % 64),
    data: Uint8Array.of(i & 255, i >> 8),
    tradeCount: i + 1,
  }));

const createClock = () => {
  let nowMs = 0;
  return {
    nowMs: () => epochMs(nowMs),
    sleep: async (durationMs: number) => {
      nowMs += durationMs;
    },
  };
};

interface Faults {
  readonly refused: number;
  /** Shares of requests that get no answer, and of those that land all the same. */
  readonly unanswered: number;
  readonly landed: number;
}

/** A stream that takes, refuses and falls silent by chance, and knows what it said it took. */
const createStream = (seed: number, { refused, unanswered, landed }: Faults) => {
  const random = createRandom(seed);
  const records: StreamEntry[] = [];
  const acknowledged = new Map<StreamEntry, RecordPlace>();
  let offeredAgain = 0;
  const stream: FrameStream = {
    put: async (entries) => {
      offeredAgain += entries.filter((entry) => acknowledged.has(entry)).length;
      const isSilent = random() < unanswered;
      const places = entries.map((entry) => {
        if (random() < (isSilent ? 1 - landed : refused)) return undefined;
        records.push(entry);
        return { shard: "a", sequenceNumber: sequenceNumber(String(records.length)) };
      });
      if (isSilent) throw new PipelineError("TAPE_STREAM_UNAVAILABLE", "no answer", { retryable: true });
      for (const [i, place] of places.entries()) if (place !== undefined) acknowledged.set(entries[i]!, place);
      return places;
    },
  };
  return { stream, records, acknowledged, offeredAgain: () => offeredAgain };
};

const fault = fc.double({ min: 0, max: 0.8, noNaN: true });

test("the stream has every frame, and nothing that it said it took is offered again, whatever fails in part", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.nat(2_000),
      fc.record({ refused: fault, unanswered: fault, landed: fault }),
      async (seed, count, faults) => {
        const { stream, records, acknowledged, offeredAgain } = createStream(seed, faults);
        const frames = framesOf(count);
        const deps = { stream, clock: createClock(), random: createRandom(seed + 1) };
        const sent = await sendFrames(deps, frames, epochMs(1e12));
        expect(new Set(records)).toEqual(new Set(frames));
        const places = frames.map((frame) => ({ place: acknowledged.get(frame), tradeCount: frame.tradeCount }));
        expect(sent?.toSorted((a, b) => a.tradeCount - b.tradeCount)).toEqual(places);
        expect(offeredAgain()).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
});

test("no frame runs further ahead of the oldest that is not taken than aggregators remember", async () => {
  const frames = framesOf(3_000);
  const stuck = new Set([frames[3], frames[700]]);
  let [oldest, furthest, tries] = [0, 0, 0];
  const taken = new Set<StreamEntry>();
  const stream: FrameStream = {
    put: async (entries) => {
      const numbers = (entries as readonly CutFrame[]).map(({ number }) => number - frames[0]!.number);
      while (taken.has(frames[oldest]!)) oldest++;
      furthest = Math.max(furthest, Math.max(...numbers) - oldest);
      tries++;
      return entries.map((entry) => {
        if (stuck.has(entry as CutFrame) && tries % 20 !== 0) return undefined;
        taken.add(entry);
        return { shard: "a", sequenceNumber: sequenceNumber(String(taken.size)) };
      });
    },
  };
  expect(await sendFrames({ stream, clock: createClock(), random: () => 0.5 }, frames, epochMs(1e12))).toHaveLength(
    3_000,
  );
  expect(furthest).toBe(FRAMES_IN_FLIGHT - 1);
  expect(furthest).toBeLessThan(SEEN_FRAMES);
});

test("a frame that is refused does not keep those behind it waiting", async () => {
  const frames = framesOf(FRAMES_IN_FLIGHT + 100);
  const offers: number[][] = [];
  const stream: FrameStream = {
    put: async (entries) => {
      offers.push((entries as readonly CutFrame[]).map(({ number }) => number - 7_000));
      return entries.map((_, i) =>
        offers.length === 1 && i === 50 ? undefined : { shard: "a", sequenceNumber: sequenceNumber("1") },
      );
    },
  };
  await sendFrames({ stream, clock: createClock(), random: () => 0.5 }, frames, epochMs(1e12));
  const from = (first: number): number[] => Array.from({ length: 50 }, (_, i) => first + i);
  expect(offers.slice(1)).toEqual([[50, ...from(FRAMES_IN_FLIGHT)], from(FRAMES_IN_FLIGHT + 50)]);
});

test("gives up at its deadline, and says nothing of where frames stand then", async () => {
  const { stream } = createStream(1, { refused: 1, unanswered: 0, landed: 0 });
  const clock = createClock();
  expect(await sendFrames({ stream, clock, random: () => 0.5 }, framesOf(3), epochMs(10_000))).toBeUndefined();
  expect(clock.nowMs()).toBeGreaterThanOrEqual(10_000);
  expect(clock.nowMs()).toBeLessThan(20_000);
});

test("rejects at once what the stream refuses for good", async () => {
  const refusal = new PipelineError("TAPE_STREAM_UNAVAILABLE", "no such stream", { retryable: false });
  const stream: FrameStream = { put: () => Promise.reject(refusal) };
  const deps = { stream, clock: createClock(), random: () => 0.5 };
  await expect(sendFrames(deps, framesOf(3), epochMs(10_000))).rejects.toBe(refusal);
});
