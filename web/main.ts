import { readDashboardConfig, type DashboardConfig } from "#core/protocol/dashboard-config.ts";
import type { Socket } from "./session.ts";
import type { SignIn } from "./sign-in/sign-in.ts";
import { fetchTicket, TicketSocket } from "./ticket-socket.ts";
import { Dashboard, type Dash } from "./dashboard.ts";
import { byId } from "./element.ts";
import { later, pause } from "./later.ts";

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

/** Comes once the page knows who reads; undefined where nobody has to say so. */
const loadSignIn = async (config: DashboardConfig): Promise<SignIn | undefined> => {
  if (config.signIn === undefined) return undefined;
  const { openSignIn } = await later(() => import("./sign-in/sign-in.ts"));
  return openSignIn(config, config.signIn);
};

const openSocket = (config: DashboardConfig, signIn: SignIn | undefined): Socket => {
  const { ticketsUrl } = config;
  const url = socketUrl(config);
  const open = (protocols: readonly string[]): WebSocket => new WebSocket(url, [...protocols]);
  if (signIn !== undefined) return new TicketSocket(() => signIn.pass(), open);
  return ticketsUrl === undefined ? open([]) : new TicketSocket(() => fetchTicket(ticketsUrl), open);
};

const config = await loadConfig();
const signIn = await loadSignIn(config);
const dashboard = new Dashboard(config, () => openSocket(config, signIn), signIn);
Object.defineProperty(window, "__dash", { get: (): Dash => dashboard.look() });
