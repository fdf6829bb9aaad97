import { durationMs } from "../units.ts";

/**
 * How long API Gateway leaves a connection open at most, and how long a silent one.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const SOCKET_LIMITS = { connectionMs: durationMs(7_200_000), idleMs: durationMs(600_000) } as const;
