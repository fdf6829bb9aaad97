/**
 * What the end-to-end suite is deployed with, whatever tapestream.config.ts says: trades of a simulation once, two shards, a
 * socket as closed as it is by default, nobody who is mailed, and nothing that stays.
 */
export const E2E_SETTINGS = {
  source: "sim:?seed=7&symbols=IBM,SPY&rate=200&trades=600",
  shards: "2",
  arrivalWindowSeconds: "2",
  access: "ticket",
  allowedOrigins: "",
  jwtIssuer: "",
  jwtAudiences: "",
  alarmEmail: "",
  monthlyBudgetDollars: "0",
  dataRemoval: "destroy",
} as const;

/** Where the suite can be deployed to. */
export type E2eTarget = "localstack" | "aws";

/** Parts of AWS that a target may lack, and what the suite has for each. */
export type Part = "schedules" | "arrival windows" | "CloudFront";

/**
 * What a target lacks, by name and with the reason; each is said at the end.
 * Source: https://docs.localstack.cloud/aws/services/lambda/ (event source mappings: no tumbling windows)
 * Source: https://docs.localstack.cloud/aws/licensing/ (plans: WebSocket APIs and CloudFront are no part of the free one)
 */
export const LACKS: Readonly<Record<E2eTarget, Readonly<Partial<Record<Part, string>>>>> = {
  aws: {},
  localstack: {
    schedules: "EventBridge Scheduler keeps schedules there and is not known to run them: no trades of the fetcher",
    "arrival windows": "its event source mappings know no tumbling windows: each invocation is a life of its own",
    CloudFront: "it is no part of every plan, and nothing of the suite needs it: the dashboard's stack is not deployed",
  },
};
