import type { Time } from "lightweight-charts";
import { spanOf, timesOf, type LogicalSpan } from "./axis.ts";
import type { Panel } from "./panel.ts";
import type { ChartTime } from "./points.ts";

/** Lets two charts, one above the other, show the same stretch of time and the same instant under the pointer. */
export class Link {
  readonly #upper: Panel;
  readonly #lower: Panel;
  readonly #onPoint: () => void;
  /** The one that the reader moves; the other one follows. */
  #leader: Panel;
  #isMoved = false;
  #pointed: Panel | undefined;
  #time: ChartTime | undefined;
  /** What it is told to show comes with its next drawing. */
  #wanted: LogicalSpan | undefined;

  /** `onPoint` is told that another instant is pointed at, `onResize` that there is other room and the reader moved nothing. */
  constructor(upper: Panel, lower: Panel, { onPoint, onResize }: { onPoint: () => void; onResize: () => void }) {
    this.#upper = upper;
    this.#lower = lower;
    this.#onPoint = onPoint;
    this.#leader = upper;
    for (const panel of [upper, lower]) {
      const other = panel === upper ? lower : upper;
      panel.chart.timeScale().subscribeVisibleLogicalRangeChange(() => {
        if (panel === upper) this.#wanted = undefined;
        if (this.#leader !== panel) return;
        this.follow();
        // once the prices fit what is shown
        requestAnimationFrame(() => this.#hold());
      });
      panel.chart.subscribeCrosshairMove(({ time }) => {
        if (this.#pointed !== panel) return;
        this.#time = time === undefined ? undefined : Number(time);
        onPoint();
        point(other, this.#time === undefined ? undefined : this.#time + panel.axis.step / 2);
      });
      this.#watch(panel);
    }
    // a chart without a time axis does not tell; they are equally wide
    lower.chart.timeScale().subscribeSizeChange(() => {
      if (!this.#isMoved) onResize();
      this.align();
    });
  }

  /** The instant that is pointed at, undefined where none is. */
  get time(): ChartTime | undefined {
    return this.#time;
  }

  /** Whether the reader moved something since the last choice. */
  get isMoved(): boolean {
    return this.#isMoved;
  }

  /** Points both charts at the place that starts at an instant, or at none, until a pointer moves. */
  pointAt(time: ChartTime | undefined): void {
    this.#pointed = undefined;
    this.#time = time;
    this.#pointBoth();
    this.#onPoint();
  }

  /** Lets the upper one show `span`, as a reader wants it. */
  showSpan(span: LogicalSpan): void {
    this.#leader = this.#upper;
    this.#isMoved = true;
    this.#wanted = span;
    this.#upper.chart.timeScale().setVisibleLogicalRange(span);
  }

  /** What the upper one shows, or is about to show. */
  get span(): LogicalSpan | undefined {
    return this.#wanted ?? this.#upper.chart.timeScale().getVisibleLogicalRange() ?? undefined;
  }

  /** Goes back to what the upper one shows, as after a new choice. */
  reset(): void {
    this.#leader = this.#upper;
    this.#isMoved = false;
    if (this.#pointed === undefined) this.pointAt(undefined);
  }

  /** Makes both price scales equally wide, and then the follower show what the leader does. */
  align(): void {
    const scales = [this.#upper, this.#lower].map(({ chart }) => chart.priceScale("right"));
    const width = Math.max(...scales.map((scale) => scale.width()));
    for (const scale of scales) if (scale.width() < width) scale.applyOptions({ minimumWidth: width });
    this.follow();
    this.#hold();
  }

  follow(): void {
    const [from, to] = this.#leader === this.#upper ? [this.#upper, this.#lower] : [this.#lower, this.#upper];
    const range = from.chart.timeScale().getVisibleLogicalRange();
    if (range === null || from.axis.times.length === 0 || to.axis.times.length === 0) return;
    const wanted = spanOf(to.axis, timesOf(from.axis, range));
    const shown = to.chart.timeScale().getVisibleLogicalRange();
    const isSame = shown !== null && isNear(shown.from, wanted.from) && isNear(shown.to, wanted.to);
    if (!isSame) to.chart.timeScale().setVisibleLogicalRange(wanted);
  }

  /** Leaves the crosshair at its instant, which may have moved, unless a pointer holds it. */
  #hold(): void {
    if (this.#pointed === undefined && this.#time !== undefined) this.#pointBoth();
  }

  #pointBoth(): void {
    point(this.#upper, this.#time);
    point(this.#lower, this.#time === undefined ? undefined : this.#time + this.#upper.axis.step / 2);
  }

  #watch(panel: Panel): void {
    const target = panel.chart.chartElement();
    const options = { capture: true, passive: true };
    for (const name of ["pointerdown", "touchstart", "wheel"]) {
      const lead = (): void => {
        this.#leader = panel;
        this.#isMoved = true;
      };
      target.addEventListener(name, lead, options);
    }
    for (const name of ["pointerdown", "pointermove", "touchstart"])
      target.addEventListener(name, () => (this.#pointed = panel), options);
  }
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6;

/** Shows the crosshair of `panel` at an instant, or nowhere. */
const point = (panel: Panel, time: ChartTime | undefined): void => {
  const mark = time === undefined ? undefined : panel.at(time);
  if (mark === undefined) panel.chart.clearCrosshairPosition();
  else panel.chart.setCrosshairPosition(mark.value, mark.time as Time & number, mark.series);
};
