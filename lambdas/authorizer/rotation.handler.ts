import { randomBytes } from "node:crypto";
import { openLogger } from "#adapters/powertools/logger.ts";
import { openRotatingSecret } from "#adapters/secrets-manager/rotating-secret.ts";
import { createRotation } from "./rotation.ts";

export const handler = createRotation({
  secrets: openRotatingSecret(),
  log: openLogger({ service: "ticket-rotation" }),
  newSecret: () => randomBytes(32).toString("base64url"),
});
