import { errorMessage } from "#core/protocol/server-message.ts";
import type { Delivery } from "./deliver.ts";

/** So many connections are remembered, those that missed something last. */
const REMEMBERED = 10_000;

const TOLD = errorMessage({
  code: "missed-updates",
  message: "updates must be taken as they come, some were not and are lost; subscribe again",
});

/**
 * Who missed updates, as far as this process knows: a pane that does not change again is told of no more, so that a client
 * must be told that it lacks something.
 *
 *     update 1 ──> taken    update 2 ──> refused, lost    error, update 3 ──> taken    the client subscribes again
 */
export class MissedUpdates {
  readonly #connections = new Set<string>();

  /** Notes that a connection did not take all that it was sent. */
  add(connectionId: string): void {
    this.#connections.delete(connectionId);
    this.#connections.add(connectionId);
    for (const oldest of this.#connections) {
      if (this.#connections.size <= REMEMBERED) break;
      this.#connections.delete(oldest);
    }
  }

  /**
   * Has `deliver` deliver these, to whoever missed something with a word of it first. It says who does not take all; where it
   * fails, all is as it was.
   */
  async tellWith<Counts>(
    deliveries: readonly Delivery[],
    deliver: (deliveries: readonly Delivery[], onBusy: (connectionId: string) => void) => Promise<Counts>,
  ): Promise<Counts> {
    const told = new Set<string>();
    const all = deliveries.map((delivery) => {
      if (!this.#connections.has(delivery.connectionId)) return delivery;
      told.add(delivery.connectionId);
      return { ...delivery, messages: [TOLD, ...delivery.messages] };
    });
    const busy: string[] = [];
    const counts = await deliver(all, (connectionId) => busy.push(connectionId));
    for (const connectionId of told) this.#connections.delete(connectionId);
    for (const connectionId of busy) this.add(connectionId);
    return counts;
  }
}
