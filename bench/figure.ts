/** One measured number: its median, least and greatest over the rounds. */
export interface Figure {
  readonly name: string;
  readonly case: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What a figure is of. */
export type FigureTitle = Pick<Figure, "name" | "case" | "unit">;

/** The figure of these samples. @throws RangeError when there are none, or one is no finite number. */
export const figureOf = (title: FigureTitle, samples: readonly number[]): Figure => {
  const sorted = samples.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined || !samples.every(Number.isFinite))
    throw new RangeError(`${title.name} of ${title.case} must have samples that are numbers, had ${samples.length}`);
  return { ...title, median: medianOf(sorted), min, max };
};

/** The middle of the samples, between the two middle ones of an even number. @throws RangeError when there are none. */
export const medianOf = (samples: readonly number[]): number => percentileOf(samples, 0.5);

/**
 * The value that a share of the samples is not above, between two neighbours in proportion.
 * @throws RangeError when there are none.
 */
export const percentileOf = (samples: readonly number[], share: number): number => {
  if (samples.length === 0) throw new RangeError("a figure must have a sample, had none");
  const sorted = samples.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
};
