/** So many rows beyond each edge are there too, so that a scroll shows no gap. */
const SPARE = 3;

/** A list of `count` rows of `size` each, behind a window of `room`, scrolled by `scrolled`; all in pixels. */
export interface Scroll {
  readonly count: number;
  readonly size: number;
  readonly room: number;
  readonly scrolled: number;
}

/** The rows `[from, to)` that can be seen, and a few more. */
export const visibleRows = ({ count, size, room, scrolled }: Scroll): readonly [number, number] => {
  const from = Math.max(0, Math.min(count - 1, Math.floor(scrolled / size)) - SPARE);
  return [from, Math.max(0, Math.min(count, Math.ceil((scrolled + room) / size) + SPARE))];
};

/** How far to scroll so that a row is wholly seen: no further than must be. */
export const scrolledTo = (row: number, { size, room, scrolled }: Scroll): number =>
  Math.max(0, Math.min(row * size, Math.max(scrolled, (row + 1) * size - room)));

/** Where a key leads from a row, undefined for keys that lead nowhere. A strip lies on its side. */
export const rowAfterKey = (key: string, row: number, { count, size, room }: Scroll): number | undefined => {
  const page = Math.max(1, Math.floor(room / size) - 1);
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowRight: 1,
    ArrowUp: -1,
    ArrowLeft: -1,
    PageDown: page,
    PageUp: -page,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  return step === undefined || count === 0 ? undefined : Math.max(0, Math.min(count - 1, row + step));
};
