import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assemble, type Assembly } from "../../cli/assemble.ts";

/** The app, synthesized once, with other settings of stream and mapping. */
export interface Variants extends AsyncDisposable {
  /** The bundles that the app was synthesized with. */
  readonly assembly: Assembly;
  /** The folder of the app with so many shards of ticks, with or without a window. */
  dir(shards: number, isWindowed: boolean): Promise<string>;
}

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

/** Synthesized with this count, so that the stream can be told from the others. */
const SHARDS = 7;

/** Windows of a second, batches that wait for nothing and small frames, so that much happens in a short time. */
export const openVariants = async (): Promise<Variants> => {
  const assembly = await assemble({
    shards: String(SHARDS),
    arrivalWindowSeconds: "1",
    batchingWindowSeconds: "0",
    frameMaxTrades: "5",
  });
  const made = new Map<string, Promise<string>>();
  return {
    assembly,
    dir: (shards, isWindowed) => {
      const name = `cdk.out-${shards}-${isWindowed ? "windowed" : "windowless"}`;
      const known = made.get(name);
      if (known !== undefined) return known;
      const dir = vary(assembly.dir, join(assembly.dir, "..", name), shards, isWindowed);
      made.set(name, dir);
      return dir;
    },
    [Symbol.asyncDispose]: () => assembly[Symbol.asyncDispose](),
  };
};

const vary = async (from: string, to: string, shards: number, isWindowed: boolean): Promise<string> => {
  await cp(from, to, { recursive: true });
  let changed = 0;
  for (const name of (await readdir(to)).filter((file) => file.endsWith(".template.json"))) {
    const template = JSON.parse(await readFile(join(to, name), "utf8")) as { Resources: Record<string, Resource> };
    for (const { Type, Properties } of Object.values(template.Resources)) {
      if (Type === "AWS::Kinesis::Stream" && Properties["ShardCount"] === SHARDS) {
        Properties["ShardCount"] = shards;
        changed++;
      }
      if (Type === "AWS::Lambda::EventSourceMapping" && "TumblingWindowInSeconds" in Properties) {
        changed++;
        if (isWindowed) continue;
        delete Properties["TumblingWindowInSeconds"];
        Properties["FunctionResponseTypes"] = ["ReportBatchItemFailures"];
      }
    }
    await writeFile(join(to, name), JSON.stringify(template));
  }
  if (changed !== 2) throw new RangeError(`one stream and one mapping must be changed, were ${changed}`);
  return to;
};
