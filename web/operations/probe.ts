import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import type { Feed } from "../feed.ts";
import type { Overseer } from "./overseer.ts";

/** The first chart is drawn before, as a rule. */
const LOAD_MS = 1_000;

/** The page's overseer, who is loaded once the page is drawn; what happens before goes unseen. */
export class Probe {
  /** Undefined before it is loaded, and where it cannot be, as the server is away or has another build by now. */
  overseer: Overseer | undefined;

  constructor(feed: Feed, config: DashboardConfig) {
    const load = async (): Promise<void> => {
      const part = await import("./overseer.ts").catch(() => undefined);
      if (part !== undefined) this.overseer = new part.Overseer(feed, config);
    };
    setTimeout(() => void load(), LOAD_MS);
  }
}
