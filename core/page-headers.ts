/**
 * What a browser may do on the dashboard's page: run its own scripts and styles, and connect to `connectSources`. Text
 * becomes script nowhere: whatever would make it so asks for a trusted type, and the page makes none.
 * Source: https://www.w3.org/TR/CSP3/
 */
export const contentSecurityPolicyOf = (connectSources: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${connectSources.join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");

/** What the page asks of nobody, by feature. Source: https://www.w3.org/TR/permissions-policy/ */
export const PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=()";
