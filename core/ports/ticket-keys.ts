import type { EpochMs } from "../units.ts";

/** A secret that tickets are sealed with. It does not leave its object. */
export interface TicketKey {
  /** HMAC-SHA256 of `text`, as 43 characters of base64url. */
  sealOf(text: string): string;

  /** Whether `seal` is that of `text`, character for character, told in a time that does not depend on how much of it fits. */
  isSealOf(text: string, seal: string): boolean;
}

/** One version of the secret. */
export interface TicketKeyVersion {
  readonly key: TicketKey;
  readonly createdAtMs: EpochMs;
}

/** The keys that tickets may be sealed with. */
export interface TicketKeys {
  /**
   * The versions that are valid, the newest first: one, or two from the first rotation on. The answer may be as old as
   * `KEYS_MAX_AGE_MS` of core/tickets/keys.ts, and older only while the secret cannot be read.
   * @throws PipelineError TAPE_SECRET_UNAVAILABLE when it never could.
   */
  versions(): Promise<readonly [TicketKeyVersion, ...TicketKeyVersion[]]>;
}
