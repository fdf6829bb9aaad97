import {
  DeleteStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStacks,
  paginateListStackResources,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import { setTimeout as delay } from "node:timers/promises";
import { PipelineError } from "#core/errors.ts";
import { asked, askedOr, type Account } from "./account.ts";

/** A stack as it is deployed. */
export interface DeployedStack {
  readonly name: string;
  /** Its id, an ARN: later stacks of its name have others. */
  readonly id: string;
  readonly status: string;
  readonly accountId: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** One resource of a stack. */
export interface DeployedResource {
  readonly type: string;
  readonly logicalId: string;
  readonly physicalId: string;
  /** It stays when its stack goes. */
  readonly isRetained: boolean;
}

const SERVICE = "CloudFormation";
const POLL_MS = 3_000;

/** The stack of that name or id, undefined where there is none. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE */
export const findStack = async (account: Account, name: string): Promise<DeployedStack | undefined> => {
  const answer = await askedOr(SERVICE, isAbsent, () =>
    account.cloudFormation.send(new DescribeStacksCommand({ StackName: name })),
  );
  const stack = answer?.Stacks?.[0];
  return stack === undefined || stack.StackStatus === "DELETE_COMPLETE" ? undefined : readStack(stack);
};

/** The names of all stacks that are there, whoever made them. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE */
export const namesOfStacks = (account: Account): Promise<readonly string[]> =>
  asked(SERVICE, async () => {
    const names: string[] = [];
    for await (const { Stacks = [] } of paginateDescribeStacks({ client: account.cloudFormation }, {}))
      names.push(...Stacks.map(({ StackName = "" }) => StackName));
    return names;
  });

const isAbsent = ({ name, message }: Error): boolean =>
  name === "ValidationError" && message.includes("does not exist");

const readStack = ({ StackName = "", StackId = "", StackStatus, Outputs = [] }: Stack): DeployedStack => ({
  name: StackName,
  id: StackId,
  status: StackStatus ?? "",
  accountId: StackId.split(":")[4] ?? "",
  outputs: Object.fromEntries(Outputs.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue])),
});

/** What a stack is made of. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE */
export const resourcesOfStack = (account: Account, { id }: DeployedStack): Promise<readonly DeployedResource[]> =>
  asked(SERVICE, async () => {
    const { TemplateBody = "{}" } = await account.cloudFormation.send(new GetTemplateCommand({ StackName: id }));
    const { Resources = {} } = JSON.parse(TemplateBody) as Template;
    const found: DeployedResource[] = [];
    for await (const page of paginateListStackResources({ client: account.cloudFormation }, { StackName: id })) {
      for (const summary of page.StackResourceSummaries ?? []) {
        const { ResourceType: type = "", LogicalResourceId: logicalId = "", PhysicalResourceId = "" } = summary;
        if (summary.ResourceStatus === "DELETE_COMPLETE") continue;
        const isRetained = Resources[logicalId]?.DeletionPolicy === "Retain";
        found.push({ type, logicalId, physicalId: PhysicalResourceId, isRetained });
      }
    }
    return found;
  });

interface Template {
  readonly Resources?: Readonly<Record<string, { readonly DeletionPolicy?: string }>>;
}

/**
 * Deletes a stack and resolves when it is gone.
 * @throws PipelineError TAPE_DEPLOYMENT_FAILED with CloudFormation's reason, TAPE_ACCOUNT_UNAVAILABLE
 */
export const deleteStack = async (account: Account, { id, name }: DeployedStack): Promise<void> => {
  await asked(SERVICE, () => account.cloudFormation.send(new DeleteStackCommand({ StackName: id })));
  for (;;) {
    const answer = await askedOr(SERVICE, isAbsent, () =>
      account.cloudFormation.send(new DescribeStacksCommand({ StackName: id })),
    );
    const { StackStatus = "DELETE_COMPLETE", StackStatusReason = "" } = answer?.Stacks?.[0] ?? {};
    if (StackStatus === "DELETE_COMPLETE") return;
    if (StackStatus !== "DELETE_IN_PROGRESS")
      throw new PipelineError(
        "TAPE_DEPLOYMENT_FAILED",
        `${name} must be deleted, is ${StackStatus}: ${StackStatusReason}`,
      );
    await delay(POLL_MS);
  }
};
