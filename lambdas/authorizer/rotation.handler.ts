import { randomBytes } from "node:crypto";
import { openLogger } from "#adapters/powertools/logger.ts";
import { openRotatingSecret } from "#adapters/secrets-manager/rotating-secret.ts";
import { createRotation } from "./rotation.ts";

const log = openLogger({ service: "ticket-rotation" });

export const handler = log.traced(
  createRotation({
    secrets: openRotatingSecret(),
    log,
    newSecret: () => randomBytes(32).toString("base64url"),
  }),
);
