import { touchedOf, type PlanLoad } from "./load.ts";
import { FRAME_BYTES } from "./measured.ts";

/** How trades travel on the ticks stream. */
export interface FramePlan {
  readonly tradesPerFrame: number;
  readonly framesPerSecond: number;
  readonly bytesPerFrame: number;
  readonly bytesPerTrade: number;
  readonly bytesPerSecond: number;
}

/** Digits of the partition key, which counts as part of a record. */
const LANE_BYTES = 2;

/** The length of a frame of so many trades that fall on `symbolCount` symbols evenly at random. */
export const frameBytesOf = (tradeCount: number, symbolCount: number, hasDetails: boolean): number =>
  FRAME_BYTES.head +
  FRAME_BYTES.run * touchedOf(symbolCount, tradeCount) +
  (FRAME_BYTES.trade + (hasDetails ? FRAME_BYTES.details : 0)) * tradeCount;

/**
 * The frames of a load. A lane's frame waits for others from its first trade until the linger time is over or it is
 * full, so few trades make small frames, and more lanes make smaller ones. One that is too long is halved until it fits.
 */
export const frameLoadOf = (load: PlanLoad): FramePlan => {
  const { tradesPerSecond, symbolCount, hasDetails, lanes, lingerMs, frameMaxTrades, frameMaxBytes } = load;
  const usedLanes = Math.min(lanes, symbolCount);
  const gathered = 1 + ((tradesPerSecond / usedLanes) * lingerMs) / 1_000;
  const cutTrades = Math.min(gathered, frameMaxTrades);
  const cutBytes = frameBytesOf(cutTrades, symbolCount / usedLanes, hasDetails);
  const pieces = 2 ** Math.ceil(Math.log2(Math.max(1, cutBytes / frameMaxBytes)));
  const bytesPerFrame = (cutBytes - FRAME_BYTES.head) / pieces + FRAME_BYTES.head + LANE_BYTES;
  const framesPerSecond = (tradesPerSecond / cutTrades) * pieces;
  const bytesPerSecond = framesPerSecond * bytesPerFrame;
  return {
    tradesPerFrame: cutTrades / pieces,
    framesPerSecond,
    bytesPerFrame,
    bytesPerTrade: bytesPerSecond / tradesPerSecond,
    bytesPerSecond,
  };
};
