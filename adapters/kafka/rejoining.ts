import { durationMs, type DurationMs } from "#core/units.ts";
import { isRefusal } from "./unavailable.ts";

export interface RejoiningOptions {
  readonly isActive: () => boolean;
  readonly join: () => Promise<unknown>;
  /** Told when the broker does not let this member in: then it is not tried again. */
  readonly onRefused: (error: unknown) => void;
  readonly sleep: (durationMs: DurationMs) => Promise<unknown>;
}

const REJOIN_MS = durationMs(1_000);

/** Brings a member that fell out of its group back into it, however long the brokers are gone. */
export class Rejoining {
  readonly #options: RejoiningOptions;
  #isUnderWay = false;
  #isOver = false;

  constructor(options: RejoiningOptions) {
    this.#options = options;
  }

  /** Tries to join until it is a member, unless it is one, or tries already. */
  begin(): void {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    void this.#joinAgain().finally(() => (this.#isUnderWay = false));
  }

  /** Tries no more. */
  end(): void {
    this.#isOver = true;
  }

  async #joinAgain(): Promise<void> {
    const { isActive, join, onRefused, sleep } = this.#options;
    while (!this.#isOver && !isActive()) {
      await sleep(REJOIN_MS);
      // By itself, or behind another's question: to join once more would share the partitions out anew.
      if (this.#isOver || isActive()) return;
      try {
        await join();
      } catch (error) {
        if (!isRefusal(error)) continue;
        this.#isOver = true;
        onRefused(error);
      }
    }
  }
}
