import { MAX_SCALE } from "#core/decimal.ts";
import { encodeFrame } from "#core/frame/encode.ts";
import type { Random } from "#core/random.ts";
import { epochMs, type EpochMs } from "#core/units.ts";

const DAY_MS = 86_400_000;
const TRADES = 20;
const NOISE_BYTES = 200;

/** A record that can be no trade: noise, a truncated frame, or a frame of impossible trades, all of them in the future. */
export const poisonRecord = (random: Random, nowMs: EpochMs): Uint8Array => {
  const kind = Math.floor(random() * 3);
  if (kind === 0) return Uint8Array.from({ length: NOISE_BYTES }, () => 128 + Math.floor(random() * 128));
  const frame = encodeFrame({
    producer: hexOf(random),
    number: Math.floor(random() * 2 ** 40),
    ingestTimeMs: nowMs,
    trades: Array.from({ length: TRADES }, (_, sequence) => ({
      symbol: "~".repeat(1 + Math.floor(random() * 32)),
      price: { units: Math.ceil(random() * Number.MAX_SAFE_INTEGER), scale: MAX_SCALE },
      size: { units: Math.ceil(random() * Number.MAX_SAFE_INTEGER), scale: 0 },
      eventTimeMs: epochMs(nowMs + DAY_MS + Math.floor(random() * 1_000 * DAY_MS)),
      sequence,
    })),
  });
  return kind === 1 ? frame : frame.slice(0, Math.ceil(frame.length * (0.5 + random() / 2)) - 1);
};

/** A frame without trades: a record that changes no bar. */
export const emptyFrame = (nowMs: EpochMs): Uint8Array =>
  encodeFrame({ producer: "", number: 0, ingestTimeMs: nowMs, trades: [] });

const hexOf = (random: Random): string =>
  Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("");
