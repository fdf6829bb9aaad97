/**
 * The part of Lambda's context that a run on a schedule needs.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 */
export interface RunContext {
  getRemainingTimeInMillis(): number;
}
