/** What an issuer gave to who signed in. */
export interface Grant {
  /** A JSON Web Token that says who reads. */
  readonly token: string;
  /** What gets another one without asking the reader. */
  readonly renewal?: string;
  /** When `token` is worth nothing any more, by Date.now() of this machine, whatever the issuer's clock says. */
  readonly untilMs: number;
}

interface Claims {
  readonly exp: number;
  readonly iat?: number;
}

/**
 * The token that a server can check by the issuer's keys: the access token where it is a JSON Web Token, else the ID token;
 * undefined where neither is one. It was received at `nowMs`.
 */
export const shownToken = (
  access: string,
  id: string | undefined,
  nowMs: number,
): Pick<Grant, "token" | "untilMs"> | undefined => {
  for (const token of [access, id]) {
    const claims = token === undefined ? undefined : claimsOf(token);
    if (token !== undefined && claims !== undefined) return { token, untilMs: nowMs + lifeMs(claims, nowMs) };
  }
  return undefined;
};

/** By the issuer's clock alone, as this machine's may be wrong. */
const lifeMs = ({ exp, iat }: Claims, nowMs: number): number => exp * 1_000 - (iat === undefined ? nowMs : iat * 1_000);

const claimsOf = (token: string): Claims | undefined => {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  try {
    const claims = JSON.parse(atob(parts[1]!.replaceAll("-", "+").replaceAll("_", "/"))) as Partial<Claims>;
    return typeof claims.exp === "number" ? (claims as Claims) : undefined;
  } catch {
    return undefined;
  }
};

/** After this share of its life a grant is renewed, so that there is time to ask again. */
const RENEW_SHARE = 0.8;

/** When to renew what was received at `nowMs`: in time where that can be done without the reader. */
export const dueMs = ({ renewal, untilMs }: Grant, nowMs: number): number =>
  renewal === undefined ? untilMs : nowMs + RENEW_SHARE * (untilMs - nowMs);
