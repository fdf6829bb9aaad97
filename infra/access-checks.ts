import { invalid } from "./config-values.ts";
import type { TapestreamConfig } from "./config.ts";

/**
 * Settings of access that nobody would heed are mistakes, and so are those that lack another.
 * @throws PipelineError TAPE_CONFIG_INVALID with one sentence
 */
export const checkAccess = ({ access, allowedOrigins, jwtIssuer, jwtAudiences }: TapestreamConfig): void => {
  if (access !== "ticket" && access !== "jwt") {
    if (allowedOrigins.length > 0) throw invalid("allowedOrigins must go with access ticket or jwt", access);
    if (jwtIssuer !== "" || jwtAudiences.length > 0)
      throw invalid("jwtIssuer must go with access ticket or jwt", access);
  }
  if (access === "jwt" && jwtIssuer === "") throw invalid("jwtIssuer must be given with access jwt", jwtIssuer);
  if ((jwtIssuer === "") !== (jwtAudiences.length === 0))
    throw invalid("jwtIssuer and jwtAudiences must be given together", { jwtIssuer, jwtAudiences });
};
