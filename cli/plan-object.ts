import type { Plan } from "#core/plan/plan.ts";
import { DATA_OUT, MESSAGES, PRICES, PRICES_DATE, PRICES_REGION } from "#core/plan/prices.ts";
import { assumptionsOf } from "./plan-words.ts";

/** The plan as one JSON object: what the report says, and the price table. */
export const planObject = (plan: Plan) => ({
  ...plan,
  assumptions: assumptionsOf(plan),
  prices: { date: PRICES_DATE, region: PRICES_REGION, table: { ...PRICES, messages: MESSAGES, dataOut: DATA_OUT } },
});
