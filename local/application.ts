import { PipelineError } from "#core/errors.ts";
import type { StackTemplate } from "./assembly.ts";
import {
  arnOf,
  attributeOf,
  generatedName,
  namePropertyOf,
  PSEUDO_PARAMETERS,
  refOf,
  type NamedResource,
} from "./attributes.ts";
import { evaluateCondition, resolveValue, type Scope } from "./intrinsics.ts";
import { isObject, objectOf, type JsonObject } from "./json.ts";

/** A resource that the template creates, with everything in it resolved. */
export interface Resource extends NamedResource {
  readonly arn: string;
  /** Resolved at each call. @throws PipelineError TAPE_CONFIG_INVALID */
  properties(): JsonObject;
  /** The folder behind an object key of the stack's assets. */
  assetFolder(objectKey: string): string | undefined;
}

export interface StackOutput {
  readonly id: string;
  /** @throws PipelineError TAPE_CONFIG_INVALID */
  value(): string;
}

/** All stacks of an assembly, as if deployed under account 123456789012 in us-east-1. */
export interface Application {
  /** The resources of one type, those left out whose condition does not hold. @throws PipelineError TAPE_CONFIG_INVALID */
  resources(type: string): readonly Resource[];
  readonly outputs: readonly StackOutput[];
}

const invalid = (message: string): PipelineError => new PipelineError("TAPE_CONFIG_INVALID", message);

/** Names every resource of the stacks and resolves what they say of each other, exports and imports included. */
export const createApplication = (stacks: readonly StackTemplate[]): Application => {
  const scopes: StackScope[] = stacks.map((stack) => new StackScope(stack, (name) => importValue(scopes, name)));
  return {
    resources: (type) => scopes.flatMap((scope) => scope.resources(type)),
    outputs: scopes.flatMap((scope) => scope.outputs()),
  };
};

const importValue = (scopes: readonly StackScope[], exportName: string): unknown => {
  const output = scopes.flatMap((scope) => scope.outputs()).find((candidate) => candidate.exportName() === exportName);
  if (output === undefined)
    throw invalid(`Fn::ImportValue must name an export of one of the stacks, named ${exportName}`);
  return output.value();
};

class StackScope implements Scope {
  readonly #stack: StackTemplate;
  readonly #imports: (exportName: string) => unknown;

  constructor(stack: StackTemplate, imports: (exportName: string) => unknown) {
    this.#stack = stack;
    this.#imports = imports;
  }

  ref(name: string): unknown {
    if (name === "AWS::NoValue") return undefined;
    if (name === "AWS::StackName") return this.#stack.name;
    if (name in PSEUDO_PARAMETERS) return PSEUDO_PARAMETERS[name];
    const parameters = this.#section("Parameters");
    if (name in parameters) return this.#parameter(name, objectOf(parameters[name]));
    return refOf(this.#named(name));
  }

  getAtt(logicalId: string, attribute: string): unknown {
    return attributeOf(this.#named(logicalId), attribute);
  }

  importValue(exportName: string): unknown {
    return this.#imports(exportName);
  }

  isConditionMet(name: string): boolean {
    const conditions = this.#section("Conditions");
    if (!(name in conditions)) throw this.#missing(`a condition ${name}`);
    return evaluateCondition(conditions[name], this);
  }

  findInMap(map: string, key: string, second: string): unknown {
    const value = objectOf(objectOf(this.#section("Mappings")[map])[key])[second];
    if (value === undefined) throw this.#missing(`a mapping ${map} from ${key} and ${second}`);
    return value;
  }

  resources(type: string): readonly Resource[] {
    return Object.entries(this.#section("Resources"))
      .map(([logicalId, declaration]) => ({ logicalId, declaration: objectOf(declaration) }))
      .filter(({ declaration }) => declaration["Type"] === type && this.#isCreated(declaration))
      .map(({ logicalId, declaration }) => {
        const named = this.#named(logicalId);
        return {
          ...named,
          arn: arnOf(named),
          properties: () => objectOf(resolveValue(objectOf(declaration["Properties"]), this)),
          assetFolder: (objectKey) => this.#stack.assetFolders.get(objectKey),
        };
      });
  }

  outputs(): readonly (StackOutput & { exportName(): unknown })[] {
    return Object.entries(this.#section("Outputs"))
      .map(([id, declaration]) => ({ id, declaration: objectOf(declaration) }))
      .filter(({ declaration }) => this.#isCreated(declaration))
      .map(({ id, declaration }) => ({
        id,
        value: () => String(resolveValue(declaration["Value"], this)),
        exportName: () => resolveValue(objectOf(declaration["Export"])["Name"], this),
      }));
  }

  #section(name: string): JsonObject {
    return objectOf(this.#stack.template[name]);
  }

  #named(logicalId: string): NamedResource {
    const declaration = this.#section("Resources")[logicalId];
    if (!isObject(declaration)) throw this.#missing(`a resource ${logicalId}`);
    const stackName = this.#stack.name;
    const type = String(declaration["Type"]);
    const given = resolveValue(objectOf(declaration["Properties"])[namePropertyOf(type)], this);
    return {
      stackName,
      logicalId,
      type,
      name: given === undefined ? generatedName(type, stackName, logicalId) : textOf(given),
    };
  }

  #isCreated(declaration: JsonObject): boolean {
    return declaration["Condition"] === undefined || this.isConditionMet(textOf(declaration["Condition"]));
  }

  /** The bootstrap version and the like live in SSM, and nothing that runs here refers to them. */
  #parameter(name: string, parameter: JsonObject): unknown {
    const isStored = String(parameter["Type"]).startsWith("AWS::SSM::");
    if (!isStored && parameter["Default"] !== undefined) return parameter["Default"];
    throw invalid(`a parameter must have a value on this machine, but ${this.#stack.name} refers to ${name}`);
  }

  #missing(what: string): PipelineError {
    return invalid(`${this.#stack.name} must have ${what}, because it refers to it`);
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
