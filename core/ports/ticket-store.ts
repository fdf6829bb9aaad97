import type { EpochMs } from "../units.ts";

/** Which tickets have been used. */
export interface TicketStore {
  /**
   * True if nobody used the ticket before `connectionId`; asking again for the same connection is no second use, as the
   * answer to the first time may be lost. Of many at once one is told so. May be forgotten once the ticket has expired.
   * @throws PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked.
   */
  use(ticket: { readonly id: string; readonly expiresAtMs: EpochMs }, connectionId: string): Promise<boolean>;
}
