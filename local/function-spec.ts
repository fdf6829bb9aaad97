import { PipelineError } from "#core/errors.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import type { Application, Resource } from "./application.ts";
import { objectOf, type JsonObject } from "./json.ts";
import { integerProperty, textProperty, unsupported } from "./property.ts";

/** A Lambda function as it runs on this machine. */
export interface LocalFunction {
  /** The physical name. */
  readonly name: string;
  readonly arn: string;
  readonly logicalId: string;
  /** The bundle's folder: the function's code, and the working directory of its process. */
  readonly assetDir: string;
  /** `<file>.<export>`, as in the template. */
  readonly handler: string;
  readonly runtime: string;
  /** The template's own variables, resolved. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: DurationMs;
  readonly memoryMb: number;
  /** At most so many invocations at once; undefined is the account's limit. */
  readonly reservedConcurrency: number | undefined;
  readonly roleArn: string;
}

/** The functions of an application. */
export interface FunctionCatalog {
  /** Those that can run here: Node from a bundled folder. */
  readonly runnable: readonly LocalFunction[];
  /** The function of a name or an ARN. @throws PipelineError TAPE_CONFIG_INVALID when there is none, or it can't run here */
  find(nameOrArn: string): LocalFunction;
}

/** @throws PipelineError TAPE_CONFIG_INVALID when a function's properties refer to something unknown here */
export const readFunctions = (application: Application): FunctionCatalog => {
  const resources = application.resources("AWS::Lambda::Function");
  const runnable = resources.flatMap((resource) => {
    const problem = problemOf(resource);
    return problem === undefined ? [readFunction(resource)] : [];
  });
  return {
    runnable,
    find: (nameOrArn) => {
      const isMeant = ({ name, arn }: { name: string; arn: string }): boolean =>
        nameOrArn === name || nameOrArn === arn;
      const found = runnable.find(isMeant);
      if (found !== undefined) return found;
      const resource = resources.find(isMeant);
      if (resource !== undefined) return unsupported(resource, problemOf(resource) ?? "must be runnable");
      throw new PipelineError("TAPE_CONFIG_INVALID", `a function of the template must be called ${nameOrArn}, none is`);
    },
  };
};

const codeOf = (resource: Resource): { readonly runtime: string; readonly folder: string | undefined } => {
  const properties = resource.properties();
  const key = objectOf(properties["Code"])["S3Key"];
  const folder = typeof key === "string" ? resource.assetFolder(key) : undefined;
  return { runtime: String(properties["Runtime"]), folder };
};

/** What keeps a function from running here, undefined if nothing does. */
const problemOf = (resource: Resource): string | undefined => {
  const { runtime, folder } = codeOf(resource);
  if (!runtime.startsWith("nodejs")) return `must have a Node runtime to run on this machine, had ${runtime}`;
  if (folder === undefined) return "must have a bundled folder as its code to run on this machine, had none";
  return undefined;
};

const readFunction = (resource: Resource): LocalFunction => {
  const properties = resource.properties();
  const { runtime, folder = "" } = codeOf(resource);
  const reserved = integerProperty(resource, properties, "ReservedConcurrentExecutions", -1);
  return {
    name: resource.name,
    arn: resource.arn,
    logicalId: resource.logicalId,
    assetDir: folder,
    handler: textProperty(resource, properties, "Handler"),
    runtime,
    environment: variablesOf(objectOf(objectOf(properties["Environment"])["Variables"])),
    timeoutMs: durationMs(integerProperty(resource, properties, "Timeout", 3) * 1_000),
    memoryMb: integerProperty(resource, properties, "MemorySize", 128),
    reservedConcurrency: reserved < 0 ? undefined : reserved,
    roleArn: textProperty(resource, properties, "Role"),
  };
};

const variablesOf = (variables: JsonObject): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
