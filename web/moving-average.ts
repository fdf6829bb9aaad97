/** One value for each that was given, undefined where too few came before. */
export type Averages = readonly (number | undefined)[];

/** The mean of each of `values` and the `count - 1` before it, summed anew for each, so that no error adds up. */
export const simpleAverages = (values: readonly number[], count: number): Averages =>
  values.map((_, index) => {
    if (index + 1 < count) return undefined;
    let sum = 0;
    for (let at = index + 1 - count; at <= index; at++) sum += values[at]!;
    return sum / count;
  });

/**
 * The exponential average of each of `values`: `alpha * value + (1 - alpha) * the one before`, `alpha = 2 / (count + 1)`,
 * and first the first value itself, as TradingView's reference has it. Those before the `count`th still tell mostly of
 * that first value, and are left out.
 * Source: https://www.tradingview.com/pine-script-reference/v6/#fun_ta.ema
 */
export const exponentialAverages = (values: readonly number[], count: number): Averages => {
  const alpha = 2 / (count + 1);
  let average = values[0] ?? 0;
  return values.map((value, index) => {
    average = alpha * value + (1 - alpha) * average;
    return index + 1 < count ? undefined : average;
  });
};
