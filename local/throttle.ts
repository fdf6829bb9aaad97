import type { JsonObject } from "./json.ts";
import { objectOf } from "./json.ts";
import type { Resource } from "./application.ts";
import type { CloudClock } from "./wall-clock.ts";

/** What a stage takes: so many requests a second, and as many at once as the burst says after a quiet while. */
export interface ThrottleSpec {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/**
 * The throttle of a stage; without one only that of the account would hold, which is far beyond a laptop.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
 */
export const readThrottle = (stage: Resource): ThrottleSpec | undefined => {
  const settings: JsonObject = objectOf(stage.properties()["DefaultRouteSettings"]);
  const [rate, burst] = [Number(settings["ThrottlingRateLimit"]), Number(settings["ThrottlingBurstLimit"])];
  return Number.isFinite(rate) && Number.isFinite(burst) ? { ratePerSecond: rate, burst } : undefined;
};

/**
 * A token bucket: as large as the burst, filled at the rate.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export class Throttle {
  readonly #spec: ThrottleSpec | undefined;
  readonly #clock: CloudClock;
  #tokens: number;
  #filledAtMs: number;

  /** Without a spec it lets everything through. */
  constructor(spec: ThrottleSpec | undefined, clock: CloudClock) {
    this.#spec = spec;
    this.#clock = clock;
    this.#tokens = spec?.burst ?? 0;
    this.#filledAtMs = clock.nowMs();
  }

  /** Takes a token; false when there is none. */
  take(): boolean {
    if (this.#spec === undefined) return true;
    const { ratePerSecond, burst } = this.#spec;
    const nowMs = this.#clock.nowMs();
    const filled = this.#tokens + (Math.max(0, nowMs - this.#filledAtMs) / 1_000) * ratePerSecond;
    this.#tokens = Math.min(burst, filled);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
