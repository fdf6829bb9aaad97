import { usage, type Arguments } from "./command.ts";

/** The settings that `--context` flags give. @throws PipelineError TAPE_USAGE */
export const readContext = (args: Arguments): Readonly<Record<string, string>> =>
  Object.fromEntries(args.texts("context").map(readSetting));

const readSetting = (text: string): readonly [string, string] => {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined)
    throw usage(`--context must be like shards=4, was ${JSON.stringify(text)}`);
  return [key, value];
};
