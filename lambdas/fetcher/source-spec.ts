import { PipelineError } from "#core/errors.ts";
import { isSymbol } from "#core/trade.ts";

/** Where a run's trades come from, and how fast. */
export type SourceSpec = ReplaySpec | SimSpec;

export interface ReplaySpec {
  readonly kind: "replay";
  /** A CSV or CSV.gz file; a relative path starts at the function's own folder. */
  readonly file: string;
  /** Trade time per wall time; `"max"` is as fast as the stream takes it. */
  readonly speed: number | "max";
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
 * The source that a text names: `replay:FILE?speed=60` or `sim:?seed=7&symbols=IBM,SPY&rate=200&trades=1000&speed=max`, of
 * which all behind the colon but FILE may be left out.
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

type Take = (name: string) => string | undefined;

const replaySpec = (file: string, take: Take): ReplaySpec => {
  if (file === "") throw invalid("replay must name a file, as in replay:trades.csv.gz");
  return { kind: "replay", file, speed: speedOf(take) };
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
