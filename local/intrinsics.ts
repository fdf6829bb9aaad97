import { PipelineError } from "#core/errors.ts";
import { isObject, type JsonObject } from "./json.ts";

/** What the intrinsic functions of one template refer to. Each throws PipelineError TAPE_CONFIG_INVALID for what it does not know. */
export interface Scope {
  /** Undefined for `AWS::NoValue` alone. */
  ref(name: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
  importValue(exportName: string): unknown;
  isConditionMet(name: string): boolean;
  findInMap(map: string, key: string, second: string): unknown;
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const invalid = (message: string): PipelineError => new PipelineError("TAPE_CONFIG_INVALID", message);

const argumentsOf = (name: string, value: unknown, count: number): readonly unknown[] => {
  if (Array.isArray(value) && value.length >= count) return value;
  throw invalid(`${name} must have a list of ${count} arguments, had ${JSON.stringify(value)}`);
};

const textOf = (name: string, value: unknown): string => {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  throw invalid(`${name} must be given text, was given ${JSON.stringify(value)}`);
};

const resolvedList = (name: string, value: unknown, scope: Scope): readonly unknown[] => {
  const list = resolveValue(value, scope);
  if (Array.isArray(list)) return list;
  throw invalid(`${name} must be given a list, was given ${JSON.stringify(list)}`);
};

const getAtt: Intrinsic = (argument, scope) => {
  const [id, ...path] = Array.isArray(argument) ? argument : String(argument).split(".");
  return scope.getAtt(String(id), path.map((part) => textOf("Fn::GetAtt", resolveValue(part, scope))).join("."));
};

const join: Intrinsic = (argument, scope) => {
  const [delimiter, list] = argumentsOf("Fn::Join", argument, 2);
  return resolvedList("Fn::Join", list, scope)
    .map((part) => textOf("Fn::Join", part))
    .join(String(delimiter));
};

/** `${Name}`, `${Id.Attribute}`, and `${!literal}`, which stays without its exclamation mark. */
const sub: Intrinsic = (argument, scope) => {
  const [pattern, given] = Array.isArray(argument) ? argument : [argument];
  const variables = isObject(given) ? given : {};
  return textOf("Fn::Sub", pattern).replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal !== "") return `\${${name}}`;
    if (name in variables) return textOf("Fn::Sub", resolveValue(variables[name], scope));
    return textOf("Fn::Sub", name.includes(".") ? getAtt(name, scope) : scope.ref(name));
  });
};

const select: Intrinsic = (argument, scope) => {
  const [index, list] = argumentsOf("Fn::Select", argument, 2);
  const items = resolvedList("Fn::Select", list, scope);
  const at = Number(resolveValue(index, scope));
  if (items[at] === undefined) throw invalid(`Fn::Select must choose one of ${items.length} items, chose number ${at}`);
  return items[at];
};

const split: Intrinsic = (argument, scope) => {
  const [delimiter, text] = argumentsOf("Fn::Split", argument, 2);
  return textOf("Fn::Split", resolveValue(text, scope)).split(String(delimiter));
};

const choose: Intrinsic = (argument, scope) => {
  const [condition, met, unmet] = argumentsOf("Fn::If", argument, 3);
  return resolveValue(scope.isConditionMet(String(condition)) ? met : unmet, scope);
};

const findInMap: Intrinsic = (argument, scope) => {
  const [map, key, second] = argumentsOf("Fn::FindInMap", argument, 3).map((part) =>
    textOf("Fn::FindInMap", resolveValue(part, scope)),
  );
  return scope.findInMap(String(map), String(key), String(second));
};

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => scope.ref(String(name)),
  "Fn::GetAtt": getAtt,
  "Fn::Join": join,
  "Fn::Sub": sub,
  "Fn::Select": select,
  "Fn::Split": split,
  "Fn::If": choose,
  "Fn::FindInMap": findInMap,
  "Fn::ImportValue": (name, scope) => scope.importValue(textOf("Fn::ImportValue", resolveValue(name, scope))),
};

/**
 * `value` with every intrinsic function replaced by what it comes to; members and items that come to `AWS::NoValue` are left out.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 * @throws PipelineError TAPE_CONFIG_INVALID for an intrinsic function or a name that is not known here
 */
export const resolveValue = (value: unknown, scope: Scope): unknown => {
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, scope)).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  const [name, ...others] = Object.keys(value);
  if (name !== undefined && others.length === 0) {
    const intrinsic = INTRINSICS[name];
    if (intrinsic !== undefined) return intrinsic(value[name], scope);
    if (name.startsWith("Fn::")) throw invalid(`${name} is not run locally, but ${JSON.stringify(value)} asks for it`);
  }
  return resolveMembers(value, scope);
};

const resolveMembers = (value: JsonObject, scope: Scope): JsonObject => {
  const members = Object.entries(value).map(([key, member]) => [key, resolveValue(member, scope)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
};

/** Whether a condition of a template's `Conditions` holds. @throws PipelineError TAPE_CONFIG_INVALID */
export const evaluateCondition = (condition: unknown, scope: Scope): boolean => {
  const [name, argument] = isObject(condition) ? (Object.entries(condition)[0] ?? []) : [];
  const parts = Array.isArray(argument) ? argument : [];
  switch (name) {
    case "Condition":
      return scope.isConditionMet(String(argument));
    case "Fn::Equals":
      return JSON.stringify(resolveValue(parts[0], scope)) === JSON.stringify(resolveValue(parts[1], scope));
    case "Fn::And":
      return parts.every((part) => evaluateCondition(part, scope));
    case "Fn::Or":
      return parts.some((part) => evaluateCondition(part, scope));
    case "Fn::Not":
      return !evaluateCondition(parts[0], scope);
    default:
      throw invalid(`a condition must be one of CloudFormation's, was ${JSON.stringify(condition)}`);
  }
};
