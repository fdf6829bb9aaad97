import { createHash } from "node:crypto";
import { PipelineError } from "#core/errors.ts";

export const REGION = "us-east-1";
export const ACCOUNT_ID = "123456789012";

/** The pseudo parameters of every template. `AWS::NoValue` is the resolver's own. */
export const PSEUDO_PARAMETERS: Readonly<Record<string, unknown>> = {
  "AWS::AccountId": ACCOUNT_ID,
  "AWS::NotificationARNs": [],
  "AWS::Partition": "aws",
  "AWS::Region": REGION,
  "AWS::URLSuffix": "amazonaws.com",
};

/** A resource of one stack, its properties still unresolved. */
export interface NamedResource {
  readonly stackName: string;
  readonly logicalId: string;
  /** CloudFormation's, such as `AWS::Kinesis::Stream`. */
  readonly type: string;
  /** The physical name. */
  readonly name: string;
}

interface TypeRules {
  /** The property that may give the physical name; most are called after the type. */
  readonly nameProperty?: string;
  readonly maxNameLength?: number;
  /** The part of the ARN behind the account id, or the whole of it if it starts with `arn:`. */
  readonly arn?: (name: string) => string;
  /** What `Ref` returns, if not the name. */
  readonly ref?: (resource: NamedResource) => string;
  readonly attributes?: Readonly<Record<string, (resource: NamedResource) => string>>;
}

const tableRules: TypeRules = { nameProperty: "TableName", maxNameLength: 255, arn: (name) => `table/${name}` };
const shortId = ({ stackName, logicalId }: NamedResource): string => hashOf(`${stackName}/${logicalId}`).slice(0, 10);

/**
 * The types whose names, ARNs or attributes differ from the general rule.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
const TYPES: Readonly<Record<string, TypeRules>> = {
  "AWS::ApiGatewayV2::Api": {
    ref: shortId,
    attributes: { ApiId: shortId, ApiEndpoint: (api) => `wss://${shortId(api)}.execute-api.${REGION}.amazonaws.com` },
  },
  "AWS::ApiGatewayV2::Authorizer": { ref: shortId, attributes: { AuthorizerId: shortId } },
  "AWS::ApiGatewayV2::Integration": { ref: shortId, attributes: { IntegrationId: shortId } },
  "AWS::ApiGatewayV2::Route": { ref: shortId, attributes: { RouteId: shortId } },
  "AWS::DynamoDB::GlobalTable": tableRules,
  "AWS::DynamoDB::Table": tableRules,
  "AWS::IAM::Role": { maxNameLength: 64, arn: (name) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}` },
  "AWS::Kinesis::Stream": { nameProperty: "Name", maxNameLength: 128, arn: (name) => `stream/${name}` },
  "AWS::Lambda::Function": { maxNameLength: 64, arn: (name) => `function:${name}` },
  "AWS::Logs::LogGroup": { maxNameLength: 512, arn: (name) => `log-group:${name}:*` },
  "AWS::S3::Bucket": {
    maxNameLength: 63,
    arn: (name) => `arn:aws:s3:::${name}`,
    attributes: {
      DomainName: ({ name }) => `${name}.s3.amazonaws.com`,
      RegionalDomainName: ({ name }) => `${name}.s3.${REGION}.amazonaws.com`,
    },
  },
  "AWS::SecretsManager::Secret": {
    nameProperty: "Name",
    arn: (name) => `secret:${name}-${hashOf(name).slice(0, 6)}`,
    ref: (secret) => arnOf(secret),
    attributes: { Id: (secret) => arnOf(secret) },
  },
  "AWS::Scheduler::Schedule": { nameProperty: "Name", maxNameLength: 64, arn: (name) => `schedule/default/${name}` },
};

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

const lastPart = (type: string): string => type.slice(type.lastIndexOf(":") + 1);

/** The property that may give a resource of this type its physical name. */
export const namePropertyOf = (type: string): string => TYPES[type]?.nameProperty ?? `${lastPart(type)}Name`;

/**
 * The physical name of a resource that its template leaves unnamed: `<Stack>-<LogicalId>`, the same at each start.
 * A name longer than the type allows is cut and ends with a hash of the whole.
 */
export const generatedName = (type: string, stackName: string, logicalId: string): string => {
  const longest = TYPES[type]?.maxNameLength ?? 128;
  const whole = `${stackName}-${logicalId}`;
  const name = whole.length <= longest ? whole : `${whole.slice(0, longest - 9)}-${hashOf(whole).slice(0, 8)}`;
  return type === "AWS::S3::Bucket" ? name.toLowerCase() : name;
};

/** What `Ref` returns for the resource. */
export const refOf = (resource: NamedResource): string => TYPES[resource.type]?.ref?.(resource) ?? resource.name;

/** The ARN of the resource, made up the way AWS would for what is not run here. */
export const arnOf = ({ type, name }: Pick<NamedResource, "type" | "name">): string => {
  const [, service = ""] = type.split("::");
  const rest = TYPES[type]?.arn?.(name) ?? name;
  return rest.startsWith("arn:") ? rest : `arn:aws:${service.toLowerCase()}:${REGION}:${ACCOUNT_ID}:${rest}`;
};

/** What `Fn::GetAtt` returns for the resource. @throws PipelineError TAPE_CONFIG_INVALID when nothing local has such an attribute. */
export const attributeOf = (resource: NamedResource, attribute: string): string => {
  const known = TYPES[resource.type]?.attributes?.[attribute];
  if (known !== undefined) return known(resource);
  if (attribute === "Arn") return arnOf(resource);
  throw new PipelineError(
    "TAPE_CONFIG_INVALID",
    `an attribute must be known on this machine, but ${resource.stackName} asks for ${attribute} of ${resource.logicalId} (${resource.type})`,
  );
};

/** A UUID that depends on `text` alone. */
export const stableUuid = (text: string): string =>
  hashOf(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
