import { randomUUID } from "node:crypto";
import { PipelineError } from "#core/errors.ts";
import type { EmitCloudEvent } from "../cloud-event.ts";
import type { OpenMapping } from "../drivers.ts";
import { openEventSourceMapping } from "../event-source-mapping.ts";
import type { FunctionHosts } from "../function-hosts.ts";
import type { SkewClock } from "../function-worker.ts";
import type { LocalFunction } from "../function-spec.ts";
import type { MappingSpec } from "../mapping-spec.ts";
import type { FaultPlan, PlannedFault } from "./fault-plan.ts";
import { FaultQueue } from "./fault-queue.ts";
import { openFaultyEndpoint } from "./faulty-endpoint.ts";
import { InvocationGates, mortalGate } from "./invocation-gates.ts";
import { Progress } from "./progress.ts";
import { openUnrulyManagementApi } from "./unruly-management-api.ts";
import { openUnrulyMapping } from "./unruly-mapping.ts";
import { openUnrulySocketLine, type UnrulySocketLineOptions } from "./unruly-socket-line.ts";
import { unrulyDynamo, unrulyKinesis } from "./unruly-service.ts";

export interface MisbehaviourOptions {
  readonly plan: FaultPlan;
  /** The function whose mapping misbehaves, and whose stream's records are counted. @default any */
  readonly isMeant?: (fn: LocalFunction) => boolean;
}

/** What misbehaves in a local cloud. */
export interface Misbehaviour {
  /** The variables with which functions and producers reach the engines that misbehave. */
  readonly environment: Readonly<Record<string, string>>;
  /** What was planned and has not been injected yet. */
  readonly pending: readonly PlannedFault[];
  /** Where the WebSocket API is reached so that sockets get lost; undefined without one. */
  readonly webSocketUrl: string | undefined;
  /** Loses every socket of that way. */
  loseSockets(): void;
}

/** Misbehaviour as the cloud is wired with it. */
export interface OpenMisbehaviour extends Misbehaviour, AsyncDisposable {
  readonly openMapping: OpenMapping;
  /** The same, so that the function can be killed while it puts something into the stream. */
  mortal(invoke: FunctionHosts["invoke"]): FunctionHosts["invoke"];
}

/**
 * Puts endpoints that misbehave before the engines of `environment`, and opens the mapping of one function so that it does.
 * @throws PipelineError TAPE_CONFIG_INVALID unless just one mapping is meant
 */
export const openMisbehaviour = async (
  { plan, isMeant = () => true }: MisbehaviourOptions,
  mappings: readonly MappingSpec[],
  environment: Readonly<Record<string, string>>,
  emit: EmitCloudEvent,
): Promise<OpenMisbehaviour> => {
  const meant = mappings.filter(({ fn }) => isMeant(fn));
  const [mapping] = meant;
  if (mapping === undefined || meant.length > 1)
    throw new PipelineError("TAPE_CONFIG_INVALID", `one mapping must be meant to misbehave, were ${meant.length}`);
  const shared = { queue: new FaultQueue(plan, emit), progress: new Progress(), gates: new InvocationGates() };
  await using resources = new AsyncDisposableStack();
  const service = { ...shared, streamName: mapping.streamName };
  const kinesis = resources.use(await openFaultyEndpoint(environment[KINESIS]!, unrulyKinesis(service)));
  const dynamo = resources.use(await openFaultyEndpoint(environment[DYNAMODB]!, unrulyDynamo(service)));
  const sockets = await openUnrulySockets(environment, shared, resources);
  const opened = resources.move();
  return {
    environment: {
      ...environment,
      ...sockets?.environment,
      [KINESIS]: kinesis.endpoint,
      [DYNAMODB]: dynamo.endpoint,
    },
    get pending() {
      return shared.queue.pending;
    },
    webSocketUrl: sockets?.line.webSocketUrl,
    loseSockets: () => sockets?.line.loseAll(),
    openMapping: (mapped) =>
      mapped.mapping === mapping ? openUnrulyMapping({ ...shared, mapped }) : openEventSourceMapping(mapped),
    mortal: (invoke) => mortal(invoke, shared.gates),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

/** Only calls that nobody else can end are mortal. */
const mortal =
  (invoke: FunctionHosts["invoke"], gates: InvocationGates): FunctionHosts["invoke"] =>
  async (fn, event, options) => {
    if (options !== undefined) return invoke(fn, event, options);
    const requestId = randomUUID();
    const kill = new AbortController();
    let skewClock: SkewClock | undefined;
    const gate = mortalGate(
      () => kill.abort(),
      (aheadMs) => skewClock?.(aheadMs),
    );
    using _ = gates.put(requestId, gate);
    return await invoke(fn, event, { requestId, kill: kill.signal, onStart: (skew) => (skewClock = skew) });
  };

const KINESIS = "AWS_ENDPOINT_URL_KINESIS";
const DYNAMODB = "AWS_ENDPOINT_URL_DYNAMODB";
const MANAGEMENT = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI";

/** What stands before both sides of a WebSocket API, if there is one. */
const openUnrulySockets = async (
  environment: Readonly<Record<string, string>>,
  shared: UnrulySocketLineOptions,
  resources: AsyncDisposableStack,
) => {
  const managementUrl = environment[MANAGEMENT];
  if (managementUrl === undefined) return undefined;
  const api = resources.use(await openUnrulyManagementApi(managementUrl, shared));
  const line = resources.use(await openUnrulySocketLine(managementUrl.replace(/^http/, "ws"), shared));
  return { line, environment: { [MANAGEMENT]: api.endpoint } };
};
