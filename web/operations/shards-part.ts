import { element, setText } from "../element.ts";
import { drawSparkline, roomOf } from "../sparkline.ts";
import { readTheme } from "../theme.ts";
import type { ShardTrend } from "./trends.ts";
import type { Part, Seen } from "./part.ts";
import { bytesWords, shardName, shareWords, tookWords, totalRateWords } from "./words.ts";

interface Column {
  readonly name: string;
  readonly title: string;
  readonly words: (trend: ShardTrend) => string;
}

const count = (value: number): string => value.toLocaleString("en-US");

const COLUMNS: readonly Column[] = [
  {
    name: "Lag",
    title: "how long its last record waited until it was folded, or since when none was of those that came",
    words: ({ isIdle, lagMs }) => (isIdle ? "idle" : tookWords(lagMs)),
  },
  {
    name: "Window lag",
    title: "how far its watermark is behind now",
    words: ({ isIdle, windowLagMs }) => (isIdle || windowLagMs === undefined ? "–" : tookWords(windowLagMs)),
  },
  {
    name: "Trades/s",
    title: "in the last 10 seconds",
    words: ({ tradesPerSecond }) => totalRateWords([tradesPerSecond]),
  },
  {
    name: "Frames/s",
    title: "in the last 10 seconds",
    words: ({ framesPerSecond }) => totalRateWords([framesPerSecond]),
  },
  {
    name: "State",
    title: "the largest of the last minute, and its share of what Lambda hands on",
    words: ({ stateBytes, stateShare }) => `${bytesWords(stateBytes)} · ${shareWords(stateShare)}`,
  },
  { name: "Open bars", title: "panes in its aggregator's memory", words: ({ now }) => count(now.panes) },
  { name: "Late", title: "trades behind the watermark", words: ({ now }) => count(now.late) },
  { name: "Corrected", title: "trades that came when their bar was final", words: ({ now }) => count(now.corrected) },
  { name: "Duplicates", title: "trades that had come before", words: ({ now }) => count(now.duplicates) },
  { name: "Rejected", title: "what could be no trade", words: ({ now }) => count(now.rejected) },
];

interface Row {
  readonly node: HTMLElement;
  readonly spark: HTMLCanvasElement;
  readonly cells: readonly HTMLElement[];
}

/** How each shard does. */
export class ShardsPart implements Part {
  readonly node = element("section", { class: "shards" }, element("h3", {}, "Shards"));
  readonly #body = element("tbody");
  readonly #rows = new Map<string, Row>();
  readonly #empty = element("p", { class: "aside" }, "No shard has had a record in the last hour.");

  constructor() {
    const heads = COLUMNS.map(({ name, title }) => element("th", { scope: "col", title }, name));
    const head = element("tr", {}, element("th", { scope: "col" }, "Shard"), element("td"), ...heads);
    const table = element("table", {}, element("thead", {}, head), this.#body);
    const scroller = element(
      "div",
      { class: "scroller", tabindex: "0", role: "region", "aria-label": "Shards" },
      table,
    );
    this.node.append(scroller, this.#empty);
  }

  show({ shards }: Seen): void {
    this.#empty.hidden = shards.length > 0;
    const names = shards.map(({ shard }) => shard);
    if (names.join() !== [...this.#rows.keys()].join()) this.#place(names);
    const { raw } = readTheme();
    for (const trend of shards) {
      const { spark, cells } = this.#rows.get(trend.shard)!;
      drawSparkline(spark, roomOf(spark), [trend.rates.slice(-60)], raw);
      for (const [index, { words }] of COLUMNS.entries()) setText(cells[index]!, words(trend));
    }
  }

  #place(names: readonly string[]): void {
    const kept = names.map((name) => [name, this.#rows.get(name) ?? rowOf(name)] as const);
    this.#rows.clear();
    for (const [name, row] of kept) this.#rows.set(name, row);
    this.#body.replaceChildren(...kept.map(([, { node }]) => node));
  }
}

const rowOf = (shard: string): Row => {
  const spark = element("canvas", { class: "spark", "aria-hidden": "true" });
  const cells = COLUMNS.map(() => element("td"));
  const head = element("th", { scope: "row", title: shard }, shardName(shard));
  return { node: element("tr", {}, head, element("td", {}, spark), ...cells), spark, cells };
};
