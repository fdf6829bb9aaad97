import { PipelineError } from "#core/errors.ts";
import { readText, type Environment } from "#lambdas/environment.ts";

const MAX_PORT = 65_535;

/** A port; 0 takes any that is free. @throws PipelineError TAPE_CONFIG_INVALID */
export const readPort = (env: Environment, name: string): number => {
  const text = readText(env, name);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= MAX_PORT)) throw invalid(`${name} must be a port from 0 to ${MAX_PORT}, was ${JSON.stringify(text)}`);
  return port;
};

/** The comma-separated texts of a variable, at least one. @throws PipelineError TAPE_CONFIG_INVALID */
export const readList = (env: Environment, name: string): readonly string[] => {
  const texts = readText(env, name).split(",");
  if (texts.some((text) => text.trim() !== text || text === ""))
    throw invalid(`${name} must be texts with commas alone between them, was ${JSON.stringify(env[name])}`);
  return texts;
};

/** A name or an address, one of IPv6 in brackets, and its port. */
const ADDRESS = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::(\d{1,5}))?$/;

/** The comma-separated `host` or `host:port` of a variable, at least one. @throws PipelineError TAPE_CONFIG_INVALID */
export const readAddresses = (env: Environment, name: string): readonly string[] => {
  const addresses = readList(env, name);
  const odd = addresses.find((address) => {
    const [, port = "0"] = ADDRESS.exec(address) ?? [undefined, "none"];
    return !(Number(port) <= MAX_PORT);
  });
  if (odd !== undefined) throw invalid(`${name} must be host or host:port each, was ${JSON.stringify(odd)}`);
  return addresses;
};

/** The comma-separated texts of a variable, none where it is absent or empty. */
export const readTexts = (env: Environment, name: string): readonly string[] =>
  readOptional(env, name)?.split(",") ?? [];

/** The variable's text, undefined where it is absent or empty. */
export const readOptional = (env: Environment, name: string): string | undefined => env[name] || undefined;

/** @throws PipelineError TAPE_CONFIG_INVALID unless the variable is `on` or `off` */
export const readSwitch = (env: Environment, name: string): boolean => {
  const text = readText(env, name);
  if (text !== "on" && text !== "off") throw invalid(`${name} must be on or off, was ${JSON.stringify(text)}`);
  return text === "on";
};

export const invalid = (message: string): PipelineError => new PipelineError("TAPE_CONFIG_INVALID", message);
