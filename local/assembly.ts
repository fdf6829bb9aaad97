import { resolve } from "node:path";
import { PipelineError } from "#core/errors.ts";
import { listOf, objectOf, readJsonFile, type JsonObject } from "./json.ts";

/** One synthesized stack. */
export interface StackTemplate {
  readonly name: string;
  readonly template: JsonObject;
  /** The folders that the stack's assets are made from, by the object key that the template names. */
  readonly assetFolders: ReadonlyMap<string, string>;
}

/**
 * The stacks of a cloud assembly and of the assemblies nested in it, as `cdk synth` left them in `dir`.
 * Source: https://docs.aws.amazon.com/cdk/v2/guide/deploy.html (the cloud assembly)
 * @throws PipelineError TAPE_FILE_UNREADABLE
 */
export const readAssembly = async (dir: string): Promise<readonly StackTemplate[]> => {
  const manifest = await readJsonFile(resolve(dir, "manifest.json"));
  const artifacts = objectOf(manifest["artifacts"]);
  const stacks: StackTemplate[] = [];
  for (const [id, artifact] of Object.entries(artifacts)) {
    const { type, properties } = objectOf(artifact);
    const about = objectOf(properties);
    if (type === "cdk:cloud-assembly")
      stacks.push(...(await readAssembly(resolve(dir, String(about["directoryName"])))));
    if (type === "aws:cloudformation:stack") stacks.push(await readStack(dir, id, objectOf(artifact), artifacts));
  }
  if (stacks.length === 0) throw new PipelineError("TAPE_FILE_UNREADABLE", `${dir} must hold at least one stack`);
  return stacks;
};

const readStack = async (
  dir: string,
  id: string,
  artifact: JsonObject,
  artifacts: JsonObject,
): Promise<StackTemplate> => {
  const about = objectOf(artifact["properties"]);
  const manifests = listOf(artifact["dependencies"])
    .map((dependency) => objectOf(artifacts[String(dependency)]))
    .filter(({ type }) => type === "cdk:asset-manifest")
    .map(({ properties }) => String(objectOf(properties)["file"]));
  const folders = await Promise.all(manifests.map((file) => readAssetFolders(dir, file)));
  return {
    name: typeof about["stackName"] === "string" ? about["stackName"] : id,
    template: await readJsonFile(resolve(dir, String(about["templateFile"]))),
    assetFolders: new Map(folders.flatMap((entries) => [...entries])),
  };
};

const readAssetFolders = async (dir: string, file: string): Promise<ReadonlyMap<string, string>> => {
  const assets = Object.values(objectOf((await readJsonFile(resolve(dir, file)))["files"])).map(objectOf);
  return new Map(
    assets.flatMap((asset) => {
      const source = objectOf(asset["source"]);
      if (source["packaging"] !== "zip") return [];
      const destinations = Object.values(objectOf(asset["destinations"])).map(objectOf);
      return destinations.map(({ objectKey }) => [String(objectKey), resolve(dir, String(source["path"]))] as const);
    }),
  );
};
