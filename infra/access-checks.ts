import { invalid } from "./config-values.ts";
import type { TapestreamConfig } from "./config.ts";

/**
 * Settings of access that nobody would heed are mistakes, and so are those that lack another.
 * @throws PipelineError TAPE_CONFIG_INVALID with one sentence
 */
export const checkAccess = (config: TapestreamConfig): void => {
  const { access, allowedOrigins, jwtIssuer, jwtAudiences } = config;
  if (access !== "ticket" && access !== "jwt") {
    if (allowedOrigins.length > 0) throw invalid("allowedOrigins must go with access ticket or jwt", access);
    if (jwtIssuer !== "" || jwtAudiences.length > 0)
      throw invalid("jwtIssuer must go with access ticket or jwt", access);
  }
  if (access === "jwt" && jwtIssuer === "") throw invalid("jwtIssuer must be given with access jwt", jwtIssuer);
  if ((jwtIssuer === "") !== (jwtAudiences.length === 0))
    throw invalid("jwtIssuer and jwtAudiences must be given together", { jwtIssuer, jwtAudiences });
  checkDashboard(config);
};

/** Where there is a page, it must be able to connect. */
const checkDashboard = (config: TapestreamConfig): void => {
  const { access, hasDashboard, jwtIssuer, signInClientId, signInOrigins } = config;
  if (access === "iam" && hasDashboard)
    throw invalid("hasDashboard must be false with access iam, as no page can sign its handshake", hasDashboard);
  if (jwtIssuer === "" && (signInClientId !== "" || signInOrigins.length > 0))
    throw invalid("signInClientId and signInOrigins must go with jwtIssuer", { signInClientId, signInOrigins });
  if (hasDashboard && isCognito(jwtIssuer) && signInOrigins.length === 0)
    throw invalid(
      "signInOrigins must name the domain of the user pool, https://NAME.auth.REGION.amazoncognito.com, for the dashboard to sign in with Cognito",
      signInOrigins,
    );
};

/** Such an issuer has its endpoints elsewhere. */
const isCognito = (issuer: string): boolean => issuer.startsWith("https://cognito-idp.");
