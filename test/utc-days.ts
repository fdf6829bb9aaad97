const DAY_MS = 86_400_000;

/** The UTC days from the one that holds `fromMs` to the one that holds `toMs`, as `2013-10-07`. */
export const utcDays = (fromMs: number, toMs: number): readonly string[] => {
  const [first, last] = [Math.floor(fromMs / DAY_MS), Math.floor(toMs / DAY_MS)];
  return Array.from({ length: last - first + 1 }, (_, day) =>
    new Date((first + day) * DAY_MS).toISOString().slice(0, 10),
  );
};
