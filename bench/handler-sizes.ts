import { number } from "../cli/output.ts";
import { openAggregator } from "./aggregator.ts";
import type { Benchmark } from "./benchmark.ts";
import { cpuRounds, ratiosOf, roundsOf } from "./cpu-rounds.ts";
import { figureOf } from "./figure.ts";
import { frameLife, runLife, type LifeTexts } from "./handler-lives.ts";
import { intervalsTitle, KEY_CASE, settingOf, SIZE_INTERVALS } from "./handler.ts";

const NAME = "handler.vs_10_symbols";
const [FEW, MANY] = [10, 10_000] as const;

/** What a trade costs the aggregator's handler where symbols are many, over what it costs where they are few. */
export const handlerSizesBenchmark: Benchmark = {
  names: [NAME],
  measure: async function* ({ isQuick, progress }) {
    progress(`${NAME}: ${number(MANY)} symbols`);
    const [few, many] = [FEW, MANY].map((symbolCount) => frameLife(settingOf({ ...KEY_CASE, symbolCount }, isQuick)));
    for (const intervalsMs of SIZE_INTERVALS) {
      for (const processes of [1, 2]) {
        const run = (life: LifeTexts) => runnerOf(life, { intervalsMs, processes });
        const cpuMs = await cpuRounds({ few: run(few!), many: run(many!) }, roundsOf(isQuick));
        const perTrade = (samples: readonly number[], { tradeCount }: LifeTexts): readonly number[] =>
          samples.map((ms) => ms / tradeCount);
        const samples = ratiosOf(perTrade(cpuMs.many, many!), perTrade(cpuMs.few, few!));
        const title = `${number(MANY)} symbols, ${intervalsTitle(intervalsMs)}, 6 MB`;
        yield figureOf(
          { name: NAME, case: processes === 1 ? title : `${title}, each state read anew`, unit: "x" },
          samples,
        );
      }
    }
  },
};

const runnerOf = (
  life: LifeTexts,
  options: Pick<Parameters<typeof openAggregator>[0], "intervalsMs" | "processes">,
): (() => Promise<void>) => {
  const kept: unknown[] = [];
  const { handle, clear } = openAggregator({ ...options, publish: (records) => kept.push(records) });
  return async () => {
    clear();
    kept.length = 0;
    await runLife(handle, life);
  };
};
