import type { Session } from "./session.ts";

/** What servers shall be asked and told about symbols; told on each connection anew, as the server may be another one. */
export class SymbolOrders {
  /** What feeds shall fetch, and what no more. */
  readonly #watched = new Map<string, "watch" | "unwatch">();
  #isAsking = false;

  /** Wants feeds to fetch these symbols, or no more. */
  watch(action: "watch" | "unwatch", symbols: readonly string[], sessions: readonly Session[]): void {
    for (const symbol of symbols) this.#watched.set(symbol, action);
    for (const session of sessions) session.watch(action, symbols);
  }

  /** Wants to be told which symbols there are, by one of `sessions` or else by the next that opens. */
  ask(sessions: readonly Session[]): void {
    this.#isAsking = true;
    sessions[0]?.ask("symbols");
  }

  /** Tells a session that has opened. */
  tell(session: Session): void {
    if (this.#isAsking) session.ask("symbols");
    for (const action of ["watch", "unwatch"] as const) {
      const symbols = [...this.#watched].filter(([, each]) => each === action).map(([symbol]) => symbol);
      session.watch(action, symbols);
    }
  }

  /** Takes in that the question was answered. */
  answered(): void {
    this.#isAsking = false;
  }
}
