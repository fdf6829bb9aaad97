import type { TicketKey, TicketKeyVersion } from "../ports/ticket-keys.ts";
import { durationMs, type EpochMs } from "../units.ts";

/** A function reads the keys again after so long. */
export const KEYS_MAX_AGE_MS = durationMs(300_000);

/** So old is a version that everybody has read. */
const SETTLED_MS = 2 * KEYS_MAX_AGE_MS;

/**
 * The key to seal with. A new version seals nothing before everybody who checks has read it, so that nobody need ask
 * again because of a seal that he does not know; whoever could make him ask could make him ask without end.
 *
 *     hands out    [ sealed with A               )[ with B
 *     rotation             B is made ---- settled |
 *     checks       [ A     )[ A or B, at the latest when his keys are too old
 */
export const sealingKey = (
  [newest, previous]: readonly [TicketKeyVersion, ...TicketKeyVersion[]],
  nowMs: EpochMs,
): TicketKey => (previous !== undefined && newest.createdAtMs + SETTLED_MS > nowMs ? previous : newest).key;
