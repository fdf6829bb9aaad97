import { PipelineError } from "#core/errors.ts";
import { readInterval } from "#core/interval.ts";
import { isSymbol } from "#core/trade.ts";

/** Where a run's trades come from, and how fast. */
export type SourceSpec = ReplaySpec | SimSpec;

export interface ReplaySpec {
  readonly kind: "replay";
  /** A CSV or CSV.gz file; a relative path starts at the function's own folder. */
  readonly file: string;
  /** Trade time per wall time; `"max"` is as fast as the stream takes it. */
  readonly speed: number | "max";
  /** How long before the first run's start trades begin when times are shifted to now; undefined leaves times alone. */
  readonly historyMs: number | undefined;
  /** Whether the file begins again at its end. */
  readonly isLooping: boolean;
}

export interface SimSpec {
  readonly kind: "sim";
  readonly seed: number;
  readonly symbols: readonly string[];
  readonly tradesPerSecond: number;
  /** Ends after so many trades; undefined never ends. */
  readonly tradeCount: number | undefined;
  readonly speed: number | "max";
}

/**
 * The source that a text names, of which all behind the colon but FILE may be left out:
 *
 *     replay:FILE?speed=60                                         at the times that the file says
 *     replay:FILE?shift=now&history=30m&loop=1                     as if it happened now, the 30 minutes before at once
 *     sim:?seed=7&symbols=IBM,SPY&rate=200&trades=1000&speed=max
 *
 * A replay that is shifted to now has true speed, as a faster one would run ahead of the clock.
 * @throws PipelineError TAPE_CONFIG_INVALID
 */
export const readSourceSpec = (text: string): SourceSpec => {
  const [, kind, rest = "", query = ""] = /^(\w+):?([^?]*)(?:\?(.*))?$/.exec(text) ?? [];
  const options = new Map(new URLSearchParams(query));
  const take = (name: string): string | undefined => {
    const value = options.get(name);
    options.delete(name);
    return value;
  };
  const spec = kind === "replay" ? replaySpec(rest, take) : kind === "sim" && rest === "" ? simSpec(take) : undefined;
  if (spec === undefined) throw invalid(`must be replay:FILE or sim:?seed=1, was ${JSON.stringify(text)}`);
  const [unknown] = options.keys();
  if (unknown !== undefined) throw invalid(`${spec.kind} has no option ${JSON.stringify(unknown)}`);
  return spec;
};

/** The text of a replay of `file`, which {@link readSourceSpec} reads. */
export const replayText = (file: string, speed: number | "max"): string => `replay:${file}?speed=${speed}`;

/** The text of an endless replay of `file` as if it happened now, from `history` before on, which is like `30m`. */
export const liveReplayText = (file: string, history: string): string =>
  `replay:${file}?shift=now&history=${history}&loop=1`;

type Take = (name: string) => string | undefined;

const replaySpec = (file: string, take: Take): ReplaySpec => {
  if (file === "") throw invalid("replay must name a file, as in replay:trades.csv.gz");
  const speed = speedOf(take);
  return { kind: "replay", file, speed, historyMs: historyOf(take, speed), isLooping: isLoopingOf(take) };
};

const historyOf = (take: Take, speed: number | "max"): number | undefined => {
  const shift = take("shift");
  const history = take("history");
  if (shift === undefined) {
    if (history !== undefined) throw invalid("history must come with shift=now");
    return undefined;
  }
  if (shift !== "now") throw invalid(`shift must be now, was ${JSON.stringify(shift)}`);
  if (speed !== 1) throw invalid(`speed must be 1 with shift=now, was ${speed}`);
  if (history === undefined) return 0;
  const historyMs = readInterval(history);
  if (historyMs === undefined) throw invalid(`history must be like 30m, was ${JSON.stringify(history)}`);
  return historyMs;
};

const isLoopingOf = (take: Take): boolean => {
  const loop = take("loop") ?? "0";
  if (loop !== "0" && loop !== "1") throw invalid(`loop must be 1 or 0, was ${JSON.stringify(loop)}`);
  return loop === "1";
};

const simSpec = (take: Take): SimSpec => {
  const symbols = (take("symbols") ?? "AIG,BAC,IBM,SPY").split(",");
  const bad = symbols.find((symbol) => !isSymbol(symbol));
  if (bad !== undefined) throw invalid(`symbols must be 1 to 32 printable characters each, had ${JSON.stringify(bad)}`);
  const trades = take("trades");
  return {
    kind: "sim",
    seed: numberOf("seed", take("seed") ?? "1", /^\d{1,9}$/),
    symbols,
    tradesPerSecond: numberOf("rate", take("rate") ?? "50", POSITIVE),
    tradeCount: trades === undefined ? undefined : numberOf("trades", trades, /^\d{1,15}$/),
    speed: speedOf(take),
  };
};

const POSITIVE = /^(?=.*[1-9])\d{1,9}(\.\d{1,6})?$/;

const speedOf = (take: Take): number | "max" => {
  const text = take("speed") ?? "1";
  return text === "max" ? text : numberOf("speed", text, POSITIVE);
};

const numberOf = (name: string, text: string, form: RegExp): number => {
  if (!form.test(text)) throw invalid(`${name} must be a positive number, was ${JSON.stringify(text)}`);
  return Number(text);
};

const invalid = (problem: string): PipelineError => new PipelineError("TAPE_CONFIG_INVALID", `the source ${problem}`);
