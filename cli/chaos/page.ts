import { join } from "node:path";
import { intervalText } from "#core/interval.ts";
import { SOCKET_LIMITS } from "#core/protocol/socket-limits.ts";
import type { DurationMs } from "#core/units.ts";
import { openLoopbackServer } from "#local/loopback-server.ts";
import { buildWeb, endBuilder } from "#tools/build-web.ts";
import { serveDashboard } from "../start-server.ts";
import type { ChaosSettings } from "./settings.ts";

/** What was injected, and when. */
export interface InjectedFault {
  readonly kind: string;
  readonly atMs: number;
}

export interface ChaosPage {
  readonly settings: ChaosSettings;
  readonly port: number;
  /** Where the page is built. */
  readonly dir: string;
  readonly webSocketUrl: string;
  readonly symbols: readonly string[];
  readonly intervalsMs: readonly DurationMs[];
  /** Grows while the run goes on. */
  readonly faults: readonly InjectedFault[];
}

const FAULTS = "faults.json";

/**
 * Serves the dashboard of a run, with what was injected so far, until disposed of.
 * @throws PipelineError TAPE_PORT_IN_USE
 */
export const openChaosPage = async (page: ChaosPage): Promise<AsyncDisposable & { readonly url: string }> => {
  const { settings, port, dir, webSocketUrl, symbols, intervalsMs, faults } = page;
  const { source, seed, again } = settings;
  const listener = await openLoopbackServer(port);
  const siteDir = await buildWeb({ outDir: join(dir, "../web") });
  await endBuilder();
  const dashboard = await serveDashboard({
    listener,
    siteDir,
    webSocketUrl,
    config: {
      symbols,
      intervals: intervalsMs.toSorted((a, b) => a - b).map(intervalText),
      source: `a run in which everything goes wrong on purpose, seed ${seed}`,
      kind: source === "replay" ? "replayed" : "simulated",
      faults: FAULTS,
      connectionMs: SOCKET_LIMITS.connectionMs,
    },
    answers: { [`/${FAULTS}`]: () => ({ again, faults }) },
  });
  return {
    url: `http://localhost:${listener.host.split(":")[1]}/?view=operations`,
    [Symbol.asyncDispose]: () => dashboard[Symbol.asyncDispose](),
  };
};
