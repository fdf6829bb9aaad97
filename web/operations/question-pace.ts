/** How often a server is asked how it works, while somebody looks: with every second refresh, about. */
const ASK_MS = 1_500;
/** An answer that has not come for so long is not waited for. */
const UNANSWERED_MS = 15_000;

/**
 * Whether a server is asked again that was last asked and last answered then. While it owes an answer it is not: it would
 * have all of them to give, and those behind them wait.
 */
export const isQuestionDue = (nowMs: number, askedMs: number, answeredMs: number): boolean =>
  nowMs - askedMs >= (answeredMs >= askedMs ? ASK_MS : UNANSWERED_MS);
