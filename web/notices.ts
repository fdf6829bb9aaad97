import type { SessionFault } from "./server-text.ts";

/** Something that happened, of which the page says a sentence. */
export interface Notice {
  /** `no-symbol` and `no-interval` are of the address, and the message is what it says. */
  readonly code: SessionFault["code"] | "no-symbol" | "no-interval";
  readonly message: string;
}
