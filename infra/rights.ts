/** One resource, and all that one role may do to it. */
export interface Right {
  /** The stage of the function that has the role, or `each minute` and the stage that a schedule starts. */
  readonly who: string;
  readonly what: string;
  /** Ordered. */
  readonly actions: readonly string[];
}

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** A template as it is synthesized. */
export interface PlainTemplate {
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** The rights that the pipeline's roles have, of what stands in either template; ordered by (who, what). */
export const rightsOf = (pipeline: PlainTemplate, storage: PlainTemplate): readonly Right[] => {
  const resources = { ...storage.Resources, ...pipeline.Resources };
  const actions = new Map<string, Set<string>>();
  for (const { Properties } of ofType(pipeline, "AWS::IAM::Policy")) {
    const { Statement } = Properties["PolicyDocument"] as { readonly Statement: readonly Statement[] };
    for (const role of Properties["Roles"] as readonly unknown[]) {
      const who = holderOf(pipeline, logicalId(role));
      for (const { Effect, Action, Resource } of Statement) {
        if (Effect === "Deny") continue;
        for (const what of [Resource].flat()) {
          const key = JSON.stringify([who, nameOf(resources, what)]);
          const known = actions.get(key) ?? new Set();
          for (const action of [Action].flat()) known.add(action);
          actions.set(key, known);
        }
      }
    }
  }
  return [...actions]
    .map(([key, allowed]) => {
      const [who, what] = JSON.parse(key) as [string, string];
      return { who, what, actions: [...allowed].toSorted() };
    })
    .toSorted((a, b) => (`${a.who} ${a.what}` < `${b.who} ${b.what}` ? -1 : 1));
};

/** The same as a table in Markdown, a row for each resource. */
export const rightsTable = (rights: readonly Right[]): string => {
  const head = "| Function | May | On |\n| --- | --- | --- |";
  const rows = rights.map(({ who, what, actions }, index) => {
    const name = rights[index - 1]?.who === who ? "" : `\`${who}\``;
    return `| ${name} | ${actions.map((action) => `\`${action}\``).join(", ")} | ${what} |`;
  });
  return [head, ...rows].join("\n");
};

const ofType = (template: PlainTemplate, type: string): readonly Resource[] =>
  Object.values(template.Resources).filter(({ Type }) => Type === type);

const holderOf = (pipeline: PlainTemplate, roleId: string): string => {
  const owns = (given: unknown): boolean => logicalId(given) === roleId;
  const fn = ofType(pipeline, "AWS::Lambda::Function").find(({ Properties }) => owns(Properties["Role"]));
  if (fn !== undefined) return stageOf(fn);
  for (const { Properties } of ofType(pipeline, "AWS::Scheduler::Schedule")) {
    const target = Properties["Target"] as { readonly Arn: unknown; readonly RoleArn: unknown };
    if (owns(target.RoleArn)) return `each minute ${stageOf(pipeline.Resources[logicalId(target.Arn)]!)}`;
  }
  throw new RangeError(`a role must be of a function or a schedule, was ${roleId}`);
};

const stageOf = ({ Properties }: Resource): string =>
  (Properties["Environment"] as { readonly Variables: Record<string, string> }).Variables["POWERTOOLS_SERVICE_NAME"]!;

const writerOf = (resources: PlainTemplate["Resources"], logId: string): Resource => {
  const writer = Object.values(resources).find(({ Properties }) => {
    const logging = Properties["LoggingConfig"] as { readonly LogGroup: unknown } | undefined;
    return logging !== undefined && logicalId(logging.LogGroup) === logId;
  });
  if (writer === undefined) throw new RangeError(`a log must be of a function, was ${logId}`);
  return writer;
};

/** The id of the resource that a reference names, of this template or of an imported one. */
const logicalId = (reference: unknown): string => {
  const { Ref, "Fn::GetAtt": attribute, "Fn::ImportValue": imported } = reference as Record<string, unknown>;
  if (typeof Ref === "string") return Ref;
  if (Array.isArray(attribute)) return String(attribute[0]);
  const id = /:ExportsOutputFnGetAtt(\w+?[0-9A-F]{8})Arn/.exec(String(imported))?.[1];
  if (id === undefined) throw new RangeError(`a reference must name a resource, was ${JSON.stringify(reference)}`);
  return id;
};

const NOUNS: Readonly<Record<string, string>> = {
  "AWS::DynamoDB::Table": "table",
  "AWS::Kinesis::Stream": "stream",
  "AWS::S3::Bucket": "bucket",
  "AWS::SecretsManager::Secret": "secret",
};

/** What a statement's resource is called: `table panes`, `any connection, by POST`. */
const nameOf = (resources: PlainTemplate["Resources"], what: unknown): string => {
  const joined = (what as { readonly "Fn::Join"?: readonly [string, readonly unknown[]] })["Fn::Join"];
  if (joined !== undefined) {
    const [first, last] = [joined[1][0], joined[1].at(-1)];
    const method = /^\/prod\/([A-Z]+)\/@connections\/\*$/.exec(String(last))?.[1];
    if (method !== undefined) return `any connection, by ${method}`;
    if (joined[1].length === 2 && last === "/*") return `objects of ${nameOf(resources, first)}`;
    throw new RangeError(`a resource must be one that has a name here, was ${JSON.stringify(what)}`);
  }
  const id = logicalId(what);
  const resource = resources[id];
  if (resource?.Type === "AWS::Logs::LogGroup") return `log of ${stageOf(writerOf(resources, id))}`;
  if (resource?.Type === "AWS::Lambda::Function") return `function ${stageOf(resource)}`;
  const noun = NOUNS[resource?.Type ?? ""];
  if (noun === undefined) throw new RangeError(`a resource must be one that has a name here, was ${id}`);
  return noun === "secret" ? "the secret that seals tickets" : `${noun} ${id.slice(0, -8).toLowerCase()}`;
};
