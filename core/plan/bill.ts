import type { Price, TieredPrice } from "./prices.ts";

/** One line of a month's bill. */
export interface BillLine {
  readonly name: string;
  readonly quantity: number;
  readonly unit: string;
  /** Of one unit; the mean of all where the price falls by steps. */
  readonly unitDollars: number;
  readonly dollars: number;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  /** The sum of the lines. */
  readonly totalDollars: number;
}

/** So many units at their price. */
export const lineOf = (name: string, quantity: number, price: Price): BillLine => ({
  name,
  quantity,
  unit: price.unit,
  unitDollars: price.dollars,
  dollars: quantity * price.dollars,
});

/** So many units, each step of them at its own price. */
export const tieredLineOf = (name: string, quantity: number, { steps, unit }: TieredPrice): BillLine => {
  const dollars = steps.reduce((sum, step, index) => {
    const end = Math.min(quantity, steps[index + 1]?.from ?? quantity);
    return sum + Math.max(0, end - step.from) * step.dollars;
  }, 0);
  return { name, quantity, unit, unitDollars: quantity === 0 ? (steps[0]?.dollars ?? 0) : dollars / quantity, dollars };
};

/** The lines and their sum. */
export const billOf = (lines: readonly BillLine[]): Bill => ({
  lines,
  totalDollars: lines.reduce((sum, { dollars }) => sum + dollars, 0),
});
