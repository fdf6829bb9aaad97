import type { DashboardConfig, SignInConfig } from "#core/protocol/dashboard-config.ts";
import { TOKEN_PREFIX } from "#core/protocol/subprotocol.ts";
import { byId } from "../element.ts";
import { fetchTicket } from "../ticket-socket.ts";
import { Bearer, type Standing } from "./bearer.ts";
import { openIssuer } from "./issuer.ts";

/** What the page needs of who signed in. */
export interface SignIn {
  readonly standing: Standing;
  /** What opens a socket, as a subprotocol to offer: a ticket where there are any, else the token itself. */
  pass(): Promise<string>;
}

const UNAUTHORIZED = 401;

/** Lets a reader sign in by a button of the page, and takes what the issuer answers from the page's address. */
export const openSignIn = ({ ticketsUrl }: DashboardConfig, config: SignInConfig): SignIn => {
  const home = new URL(".", location.href);
  const bearer: Bearer = new Bearer({
    issuer: openIssuer(config, home.href),
    place: sessionStorage,
    go: (address) => location.assign(address),
    onChange: () => show(),
  });
  const button = byId("sign") as HTMLButtonElement;
  const show = (): void => {
    const { isIn } = bearer.standing;
    button.textContent = isIn ? "Sign out" : "Sign in";
    button.dataset["standing"] = isIn ? "in" : "out";
    button.disabled = false;
    button.hidden = false;
  };
  button.addEventListener("click", () => {
    button.disabled = true;
    void (bearer.standing.isIn ? bearer.end(home) : bearer.begin(location.hash));
  });
  // whoever comes back by the browser's button finds the page as it was left
  window.addEventListener("pageshow", show);
  const answer = new URLSearchParams(location.search);
  if (answer.has("state") && (answer.has("code") || answer.has("error")))
    history.replaceState(undefined, "", home.pathname + (bearer.enter(answer) ?? location.hash));
  show();
  return {
    get standing() {
      return bearer.standing;
    },
    pass: async () => {
      const token = await bearer.token();
      if (ticketsUrl === undefined) return TOKEN_PREFIX + token;
      return fetchTicket(ticketsUrl, { authorization: `Bearer ${token}` }).catch((error: Error) => {
        if (error.cause === UNAUTHORIZED) bearer.refuse();
        throw error;
      });
    },
  };
};
