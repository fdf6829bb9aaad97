import { placeAt } from "./axis.ts";
import { calmly } from "./calmly.ts";
import type { ChartView } from "./chart-view.ts";
import { byId, setText } from "./element.ts";
import { barWords } from "./reading.ts";
import { barsInSight, FREE_PLACES, revealed, zoomed } from "./sight.ts";

/** By how many bars each key moves the crosshair. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -10,
  PageDown: 10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};
const ZOOMS: Readonly<Record<string, number>> = { "+": 0.8, "=": 0.8, "-": 1.25, _: 1.25 };

/** A held key moves on faster than anybody listens. */
const READING_MS = 500;

/** Lets a reader go from bar to bar with the keyboard, and hear what each holds. */
export class BarKeys {
  readonly #view: ChartView;
  readonly #read = calmly(READING_MS, () => this.#say());
  /** Whether the keyboard points at a bar. */
  #isPointing = false;

  constructor(target: HTMLElement, view: ChartView) {
    this.#view = view;
    target.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (this.#onKey(event.key)) event.preventDefault();
    });
    target.addEventListener("blur", () => this.#leave());
  }

  /** Whether the key means something here. */
  #onKey(key: string): boolean {
    const [step, zoom] = [STEPS[key], ZOOMS[key]];
    if (step !== undefined) this.#move(step);
    else if (zoom !== undefined) this.#zoom(zoom);
    else if (key === "Escape" && this.#isPointing) this.#leave();
    else return false;
    return true;
  }

  /** The first step, if it is one to a neighbour, is to the newest bar in sight. */
  #move(step: number): void {
    const { bars, axis, span, pointed } = this.#view;
    const last = bars.length - 1;
    if (last < 0) return;
    const newest = barsInSight(this.#view).at(-1);
    const from = pointed ?? newest ?? bars[last]!;
    const isFirst = pointed === undefined && Math.abs(step) === 1;
    const at = bars.indexOf(from) + (isFirst ? 0 : step);
    const time = bars[Math.max(0, Math.min(last, at))]!.startMs / 1_000;
    const place = placeAt(axis.times, time);
    const wanted = span && revealed(span, place);
    if (wanted !== undefined && wanted.from !== span?.from) this.#view.showSpan(wanted);
    this.#isPointing = true;
    this.#view.pointAt(time);
    this.#read();
  }

  #zoom(factor: number): void {
    const { axis, span, pointed } = this.#view;
    if (span === undefined) return;
    const places = axis.times.length;
    const newest = Math.min(span.to, places - 1 + FREE_PLACES);
    const place = pointed === undefined ? newest : placeAt(axis.times, pointed.startMs / 1_000);
    this.#view.showSpan(zoomed(span, factor, place, places));
  }

  #leave(): void {
    if (!this.#isPointing) return;
    this.#isPointing = false;
    this.#view.pointAt(undefined);
    setText(byId("reading"), "");
  }

  #say(): void {
    const { pointed, standingOf, precision } = this.#view;
    if (!this.#isPointing || pointed === undefined) return;
    setText(byId("reading"), barWords(pointed, standingOf(pointed), precision));
  }
}
