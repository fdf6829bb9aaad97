import { readFile } from "node:fs/promises";
import { PipelineError } from "#core/errors.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `value` if it is a JSON object, else one without members. */
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** `value` if it is an array, else an empty one. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The JSON object that `text` spells, undefined when it spells none. */
export const parseObject = (text: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** @throws PipelineError TAPE_FILE_UNREADABLE when the file is not there or holds no JSON object. */
export const readJsonFile = async (path: string): Promise<JsonObject> => {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new PipelineError("TAPE_FILE_UNREADABLE", `${path} must be readable: synthesize the app first`, { cause });
  }
  const value = parseObject(text);
  if (value === undefined) throw new PipelineError("TAPE_FILE_UNREADABLE", `${path} must hold a JSON object`);
  return value;
};
