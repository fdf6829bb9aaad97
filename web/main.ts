import { readDashboardConfig, type DashboardConfig } from "#core/protocol/dashboard-config.ts";
import type { Socket } from "./session.ts";
import { fetchTicket, TicketSocket } from "./ticket-socket.ts";
import { Dashboard, type Dash } from "./dashboard.ts";
import { byId } from "./element.ts";
import { pause } from "./later.ts";

const RETRY_MS = 2_000;
/** A server that is just starting may take a connection and not answer. */
const ANSWER_MS = 5_000;

/** Where the server says that things are; asked again until it answers. */
const loadConfig = async (): Promise<DashboardConfig> => {
  for (;;) {
    try {
      const response = await fetch("config.json", { signal: AbortSignal.timeout(ANSWER_MS) });
      if (response.ok) return readDashboardConfig(await response.json());
    } catch (error) {
      if (error instanceof RangeError) throw error;
    }
    byId("state").textContent = "The server does not answer, trying again";
    await pause(RETRY_MS);
  }
};

const socketUrl = (config: DashboardConfig): URL => {
  const url = new URL(config.webSocketUrl, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.hash = "";
  return url;
};

const openSocket = (config: DashboardConfig): Socket => {
  const { ticketsUrl } = config;
  const url = socketUrl(config);
  if (ticketsUrl === undefined) return new WebSocket(url);
  return new TicketSocket(
    () => fetchTicket(ticketsUrl),
    (protocols) => new WebSocket(url, [...protocols]),
  );
};

const config = await loadConfig();
const dashboard = new Dashboard(config, () => openSocket(config));
Object.defineProperty(window, "__dash", { get: (): Dash => dashboard.look() });
