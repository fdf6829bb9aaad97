import { PipelineError } from "#core/errors.ts";
import type { Resource } from "./application.ts";
import type { JsonObject } from "./json.ts";

type Owner = Pick<Resource, "logicalId" | "type">;

/** @throws PipelineError TAPE_CONFIG_INVALID, in one sentence about the resource */
export const unsupported = (owner: Owner, sentence: string): never => {
  throw new PipelineError("TAPE_CONFIG_INVALID", `${owner.logicalId} (${owner.type}) ${sentence}`);
};

/** The text of a property. @throws PipelineError TAPE_CONFIG_INVALID when it is absent or no text */
export const textProperty = (owner: Owner, properties: JsonObject, name: string): string => {
  const value = properties[name];
  return typeof value === "string"
    ? value
    : unsupported(owner, `must have a text as ${name}, had ${JSON.stringify(value)}`);
};

/** The whole number of a property, `otherwise` when it is absent. @throws PipelineError TAPE_CONFIG_INVALID */
export const integerProperty = (owner: Owner, properties: JsonObject, name: string, otherwise: number): number => {
  const value = properties[name] ?? otherwise;
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number)) return number;
  return unsupported(owner, `must have a whole number as ${name}, had ${JSON.stringify(value)}`);
};
