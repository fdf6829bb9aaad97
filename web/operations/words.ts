import type { SourceKind } from "#core/protocol/dashboard-config.ts";
import type { Quantiles } from "./recent.ts";
import type { ClockDifference } from "./server-clock.ts";
import type { Stage } from "./stages.ts";

/** A span of time in two or three digits: `240 ms`, `1.3 s`, `42 s`, `3 min`, `2 h`. Clocks that differ make some negative. */
export const tookWords = (ms: number): string => {
  const [sign, size] = [ms <= -0.5 ? "−" : "", Math.abs(ms)];
  if (size < 999.5) return `${sign}${Math.round(size)} ms`;
  if (size < 9_950) return `${sign}${(size / 1_000).toFixed(1)} s`;
  if (size < 100_000) return `${sign}${Math.round(size / 1_000)} s`;
  if (size < 6_000_000) return `${sign}${Math.round(size / 60_000)} min`;
  return `${sign}${Math.round(size / 3_600_000)} h`;
};

/** A rate with as many digits as tell something: `0.4`, `54`, `1,204`. */
export const rateWords = (perSecond: number): string =>
  perSecond >= 0.05 && perSecond < 9.95 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString("en-US");

/** The rate of all together, those that are known; `…` while none is. */
export const totalRateWords = (rates: readonly (number | undefined)[]): string => {
  const known = rates.filter((rate) => rate !== undefined);
  return known.length === 0 ? "…" : rateWords(known.reduce((sum, rate) => sum + rate, 0));
};

/** `310 B`, `4.2 kB`, `1.4 MB`. */
export const bytesWords = (bytes: number): string => {
  if (bytes < 1_000) return `${Math.round(bytes)} B`;
  return bytes < 999_500 ? `${rateWords(bytes / 1_000)} kB` : `${rateWords(bytes / 1_000_000)} MB`;
};

/** A share in whole percent: `<1 %`, `97 %`. */
export const shareWords = (share: number): string =>
  share > 0 && share < 0.01 ? "<1 %" : `${Math.round(share * 100)} %`;

/** `0` of `shardId-000000000000@mu9r6a`, and the whole where a shard is called otherwise. */
export const shardName = (shard: string): string => /^shardId-0*(\d+)/u.exec(shard)?.[1] ?? shard;

/** What the figure of the whole way means; nothing where there is none. */
export const totalWords = (total: Quantiles | undefined): string => {
  if (total === undefined) return "";
  const figures = `median ${tookWords(total.p50)}, 95 of 100 within ${tookWords(total.p95)}`;
  return `From the newest trade of each update to this screen, in the last minute: ${figures}. Press O for its stages.`;
};

/** What each stage of a trade's way is, for people. */
export const STAGE_WORDS: Readonly<Record<Stage, readonly [string, string]>> = {
  fetched: ["Fetched", "since the trade happened"],
  taken: ["In the stream", "framed, and taken by the stream"],
  folded: ["Folded", "waited for its batch, became bars"],
  sent: ["Sent", "the bars came to who sends them"],
  received: ["Received", "on the network to this page"],
  painted: ["Painted", "drawn by this page"],
};

/** Whose clocks the figures are of. */
export const clockWords = (difference: ClockDifference | undefined): string => {
  if (difference === undefined) return "This computer's clock has not been compared with the server's yet.";
  const { aheadMs, errorMs } = difference;
  const [size, error] = [Math.abs(aheadMs), tookWords(Math.max(1, errorMs))];
  if (size <= errorMs) return `This computer's clock shows the server's time, to ± ${error}.`;
  const how = `${tookWords(size)} ${aheadMs > 0 ? "behind" : "ahead of"}`;
  return `This computer's clock is ${how} the server's (± ${error}), which is allowed for.`;
};

/** Whether the times of the trades are real. */
export const timesWords = (kind: SourceKind | undefined): string => {
  switch (kind) {
    case "replayed":
      return "These trades happened long ago and are replayed: where their times are moved to now, the first stage is that of the replay and not of a market.";
    case "simulated":
      return "These trades are simulated: the first stage is that of the simulation and not of a market.";
    case "live":
    case undefined:
      return "";
    default:
      return kind satisfies never;
  }
};
