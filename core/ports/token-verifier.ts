/** What is known of a JSON Web Token. */
export type TokenReading =
  /** `subject` is the issuer's name for who bears it. */
  | { readonly kind: "valid"; readonly subject: string }
  /** `reason` is for logs, and holds nothing of the token. */
  | { readonly kind: "refused"; readonly reason: string };

/** Checks the JSON Web Tokens of one issuer. */
export interface TokenVerifier {
  /**
   * Whether the token is the issuer's, for us, and in its time.
   * @throws PipelineError TAPE_SECRET_UNAVAILABLE when the issuer's keys cannot be read.
   */
  verify(token: string): Promise<TokenReading>;
}
