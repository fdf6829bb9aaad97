import { element, setText } from "../element.ts";
import { drawSparkline, roomOf } from "../sparkline.ts";
import { readTheme } from "../theme.ts";
import { countWords } from "../words.ts";
import type { Part, Seen } from "./part.ts";
import { bytesWords, rateWords, tookWords, totalRateWords } from "./words.ts";

/** One figure, what it is, and what else is to be said of it. */
interface Tile {
  readonly name: string;
  readonly value: (seen: Seen) => string;
  readonly note: (seen: Seen) => string;
}

const greatest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};

const spanOf = (ms: number | undefined): string => (ms === undefined ? "–" : tookWords(ms));

const TILES: readonly Tile[] = [
  {
    name: "Stream lag",
    value: ({ shards }) => spanOf(greatest(shards.map(({ lagMs }) => lagMs))),
    note: () => "from arrival until folded",
  },
  {
    name: "Window lag",
    value: ({ shards }) =>
      spanOf(greatest(shards.map(({ isIdle, windowLagMs }) => (isIdle ? undefined : windowLagMs)))),
    note: () => "watermark behind now",
  },
  {
    name: "Trade to screen",
    value: ({ total }) => (total === undefined ? "–" : tookWords(total.p50)),
    note: ({ total }) => (total === undefined ? "no new trades of now" : `95 of 100 within ${tookWords(total.p95)}`),
  },
  {
    name: "Message to screen",
    value: ({ painting }) => (painting === undefined ? "–" : tookWords(painting.p50)),
    note: ({ painting }) => (painting === undefined ? "" : `95 of 100 within ${tookWords(painting.p95)}`),
  },
  {
    name: "Connections",
    value: ({ status }) => (status === undefined ? "–" : status.connections.toLocaleString("en-US")),
    note: ({ losses }) =>
      losses === 0 ? "this page lost none" : `this page lost its own, ${countWords(losses, "time")}`,
  },
  {
    name: "To this page",
    value: ({ bytesPerSecond }) => `${bytesWords(bytesPerSecond)}/s`,
    note: ({ messagesPerSecond, bytes }) => `${rateWords(messagesPerSecond)} messages/s, ${bytesWords(bytes)} so far`,
  },
];

const KEPT = 60;

/** The figures that matter most, at one glance. */
export class TilesPart implements Part {
  readonly node = element("dl", { class: "tiles" });
  readonly #rate = element("dd", { class: "figure" });
  readonly #rateNote = element("dd", { class: "aside" });
  readonly #spark = element("canvas", { class: "spark", "aria-hidden": "true" });
  readonly #tiles: readonly { readonly tile: Tile; readonly value: HTMLElement; readonly note: HTMLElement }[];

  constructor() {
    const name = element("dt", {}, "Trades a second");
    const trend = element("dd", {}, this.#spark);
    this.node.append(element("div", { class: "wide" }, name, this.#rate, this.#rateNote, trend));
    this.#tiles = TILES.map((tile) => {
      const [value, note] = [element("dd", { class: "figure" }), element("dd", { class: "aside" })];
      this.node.append(element("div", {}, element("dt", {}, tile.name), value, note));
      return { tile, value, note };
    });
  }

  show(seen: Seen): void {
    const { shards, source } = seen;
    setText(this.#rate, totalRateWords(shards.map(({ tradesPerSecond }) => tradesPerSecond)));
    const frames = totalRateWords(shards.map(({ framesPerSecond }) => framesPerSecond));
    const sent =
      source === undefined || source.tradesSent === 0
        ? ""
        : `, ${source.tradesSent.toLocaleString("en-US")} fetched in all`;
    setText(this.#rateNote, `in ${frames} frames a second${sent}`);
    drawSparkline(this.#spark, roomOf(this.#spark), [totalRates(shards.map(({ rates }) => rates))], readTheme().raw);
    for (const { tile, value, note } of this.#tiles) {
      setText(value, tile.value(seen));
      setText(note, tile.note(seen));
    }
  }
}

/** The rates of all shards together, those of now beside one another. */
const totalRates = (all: readonly (readonly number[])[]): readonly number[] => {
  const length = Math.min(KEPT, Math.max(0, ...all.map((rates) => rates.length)));
  return Array.from({ length }, (_, index) => all.reduce((sum, rates) => sum + (rates.at(index - length) ?? 0), 0));
};
