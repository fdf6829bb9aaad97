import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openTemporaryDir } from "#local/temporary-dir.ts";
import { readArguments } from "../command.ts";
import { readStage, STAGE_OPTION } from "./stage.ts";

const RULE = "empty, or a letter and up to 19 more letters, digits and hyphens";

const readWith = async (fileText: string, ...argv: readonly string[]): Promise<string> => {
  await using folder = await openTemporaryDir("tapestream-stage-");
  const file = join(folder.dir, "settings.ts");
  await writeFile(file, fileText);
  return await readStage(readArguments(argv, STAGE_OPTION), file);
};

test.each([
  ["export const settings = {};", [], ""],
  ['export const settings = { stage: "Mine" };', [], "Mine"],
  ['export const settings = { stage: "Mine" };', ["--stage", "Test"], "Test"],
  ['export const settings = { stage: "Mine" };', ["--stage", ""], ""],
])("%s and flags %j tell the stage %j", async (fileText, argv, stage) => {
  expect(await readWith(fileText, ...argv)).toBe(stage);
});

test.each([
  ["", ["--stage", "my stage"], "TAPE_USAGE", `--stage must be ${RULE}, was "my stage"; --help says what there is`],
  [
    "export const settings = { stage: 2 };",
    [],
    "TAPE_CONFIG_INVALID",
    `stage in tapestream.config.ts must be ${RULE}, was 2`,
  ],
  [
    "throw new Error('oh')",
    [],
    "TAPE_CONFIG_INVALID",
    "tapestream.config.ts must be a module of TypeScript, was not: Error: oh",
  ],
])("rejects %s with flags %j", async (fileText, argv, code, message) => {
  await expect(readWith(fileText, ...argv)).rejects.toMatchObject({ code, message });
});
