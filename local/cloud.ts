import { PipelineError } from "#core/errors.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import { createApplication, type Application } from "./application.ts";
import { readAssembly } from "./assembly.ts";
import type { Authorize } from "./authorize.ts";
import { bindGateway, openSockets } from "./bound-gateway.ts";
import type { CloudEvent, EmitCloudEvent } from "./cloud-event.ts";
import { markWhole } from "./data-dir.ts";
import { Drivers, type DriversOptions } from "./drivers.ts";
import { openEventSourceMapping } from "./event-source-mapping.ts";
import { openFunctionHosts } from "./function-hosts.ts";
import { readFunctions, type FunctionCatalog, type LocalFunction } from "./function-spec.ts";
import { readGateway, readHttpApi, type GatewaySpec, type HttpApiSpec } from "./gateway-spec.ts";
import { openHttpGateway } from "./http-gateway.ts";
import { readMappings, type MappingSpec } from "./mapping-spec.ts";
import {
  openMisbehaviour,
  type Misbehaviour,
  type MisbehaviourOptions,
  type OpenMisbehaviour,
} from "./misbehaviour/misbehaviour.ts";
import { provision } from "./provision.ts";
import { readSchedules, type ScheduleSpec } from "./schedule.ts";
import { openServices, type Services } from "./services.ts";
import type { SocketLimits } from "./socket-connection.ts";
import { wallClock } from "./wall-clock.ts";

export type { CloudEvent } from "./cloud-event.ts";
export type { LocalFunction } from "./function-spec.ts";

export interface LocalCloudOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDir: string;
  /** Of the WebSocket API and `@connections`. @default any that is free */
  readonly port?: number;
  /**
   * The folder that keeps streams, tables, buckets and how far the mappings are; one process at a time may use it.
   * @default none: all is gone at the end
   */
  readonly dataDir?: string;
  /** Runs when streams and tables are there, before anything is invoked. */
  readonly onProvisioned?: (cloud: ProvisionedCloud) => Promise<void>;
  /** Whether schedules run. @default true */
  readonly schedules?: boolean;
  /** How long an idle shard waits before its window is taken to be over; AWS: up to 2 minutes. @default 1 s */
  readonly idleCloseMs?: DurationMs;
  /** More variables for every function. They win over the template's, not over Lambda's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Decides who may connect. @default the authorizers of the template */
  readonly authorize?: Authorize;
  /** When connections of the WebSocket API end. @default 2 hours in all, 10 minutes idle, as on API Gateway */
  readonly socketLimits?: Partial<SocketLimits>;
  /** What is to go wrong, and when. @default nothing: no request and no event passes through anything that could */
  readonly misbehaviour?: MisbehaviourOptions;
  readonly onEvent?: (event: CloudEvent) => void;
}

/** What is there before anything runs. */
export type ProvisionedCloud = Pick<LocalCloud, "environment" | "functions">;

/** A synthesized app at work on this machine. Disposing ends every process, socket and engine. */
export interface LocalCloud extends AsyncDisposable {
  /** The outputs of all stacks by id, as far as they mean something here. */
  readonly outputs: Readonly<Record<string, string>>;
  /** The variables with which any AWS SDK client reaches the engines and the management API. */
  readonly environment: Readonly<Record<string, string>>;
  /** What really runs. */
  readonly functions: readonly LocalFunction[];
  /** The folder that holds a folder per bucket. */
  readonly bucketsDir: string;
  /** Undefined without a WebSocket API. */
  readonly webSocketUrl: string | undefined;
  readonly managementUrl: string | undefined;
  /** Of the HTTP API, without a slash at its end; undefined without one. */
  readonly httpApiUrl: string | undefined;
  /** Undefined unless it was asked for. */
  readonly misbehaviour: Misbehaviour | undefined;
  /**
   * Runs the function of a physical name or ARN and returns its result.
   * @throws FunctionError, named after the function's error type, with its message
   * @throws ThrottledError when its reserved concurrency is used up
   */
  invoke(functionName: string, payload: unknown): Promise<unknown>;
  /**
   * Resolves when every event source mapping has read all its shards to the tip, delivered everything and has no window
   * open, what the functions themselves put into streams meanwhile included.
   */
  settle(): Promise<void>;
  /** What {@link settle} waits for, or would wait for, a line each. */
  readonly left: readonly string[];
}

/** What the template says, read. */
interface Plan {
  readonly application: Application;
  readonly functions: FunctionCatalog;
  readonly mappings: readonly MappingSpec[];
  readonly schedules: readonly ScheduleSpec[];
  readonly gateway: GatewaySpec | undefined;
  readonly httpApi: HttpApiSpec | undefined;
}

const readPlan = async (options: LocalCloudOptions): Promise<Plan> => {
  const application = createApplication(await readAssembly(options.assemblyDir));
  const functions = readFunctions(application);
  return {
    application,
    functions,
    mappings: readMappings(application, functions),
    schedules: options.schedules === false ? [] : readSchedules(application, functions),
    gateway: readGateway(application, functions),
    httpApi: readHttpApi(application, functions),
  };
};

/**
 * Runs a synthesized CDK app: its streams and tables in embedded engines, each function's bundle in processes of its own
 * with the template's environment, driven as the template's event source mappings, schedules and routes say.
 * @throws PipelineError TAPE_FILE_UNREADABLE, TAPE_PORT_IN_USE, TAPE_CONFIG_INVALID for what can't be done here, or
 * TAPE_DATA_UNAVAILABLE when the kept data has another shape
 */
export const openLocalCloud = async (options: LocalCloudOptions): Promise<LocalCloud> => {
  const plan = await readPlan(options);
  const emit: EmitCloudEvent = options.onEvent ?? (() => undefined);
  const stop = new AbortController();
  // What is opened last ends first: stop, close sockets, end processes, and only then wait for whom they served.
  await using resources = new AsyncDisposableStack();
  const services = await openProvisioned(options, plan, resources);
  const gateway = await bindGateway(plan.gateway, options.port ?? 0);
  const { mappings, functions, httpApi } = plan;
  const environment = { ...services.environment, ...gateway?.environment };
  const misbehaviour =
    options.misbehaviour && resources.use(await openMisbehaviour(options.misbehaviour, mappings, environment, emit));
  const timing = { idleCloseMs: options.idleCloseMs ?? durationMs(1_000), clock: wallClock, signal: stop.signal };
  const drivers = resources.use(new Drivers({ ...drivenBy(plan, services, misbehaviour), ...timing, emit }));
  const variables = { ...options.environment, ...(misbehaviour ?? { environment }).environment };
  const hosts = resources.use(await openFunctionHosts(functions.runnable, variables, emit));
  const invoke = misbehaviour?.mortal(hosts.invoke) ?? hosts.invoke;
  if (gateway) resources.use(openSockets(gateway, options, invoke, emit));
  services.secrets.rotateBy(async (arn, event) => void (await invoke(functions.find(arn), JSON.stringify(event))));
  const http = httpApi && resources.use(await openHttpGateway({ spec: httpApi, invoke, clock: wallClock }));
  resources.defer(() => stop.abort());
  await drivers.start(invoke);
  const opened = resources.move();
  return {
    outputs: outputsOf(plan.application, emit),
    environment,
    functions: functions.runnable,
    bucketsDir: services.bucketsDir,
    webSocketUrl: gateway?.webSocketUrl,
    managementUrl: gateway?.managementUrl,
    httpApiUrl: http?.url,
    misbehaviour,
    invoke: async (name, payload) =>
      JSON.parse(await invoke(functions.find(name), JSON.stringify(payload) ?? "{}")) as unknown,
    settle: () => drivers.settle(),
    get left() {
      return drivers.left;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

/** The engines, with what the template wants of them. */
const openProvisioned = async (
  { dataDir, onProvisioned }: LocalCloudOptions,
  { application, functions }: Plan,
  resources: AsyncDisposableStack,
): Promise<Services> => {
  const services = resources.use(await openServices(dataDir));
  await provision(application, services);
  services.secrets.provide(application);
  if (dataDir !== undefined) await markWhole(dataDir);
  await onProvisioned?.({ environment: services.environment, functions: functions.runnable });
  return services;
};

const drivenBy = (
  { mappings, schedules }: Plan,
  { kinesis, bucketsDir, positionsDir }: Services,
  misbehaviour: OpenMisbehaviour | undefined,
): Pick<DriversOptions, "mappings" | "schedules" | "kinesis" | "bucketsDir" | "positionsDir" | "openMapping"> => ({
  mappings,
  schedules,
  kinesis,
  bucketsDir,
  // Mappings that are doubled and created again on purpose have no place of their own.
  positionsDir: misbehaviour === undefined ? positionsDir : undefined,
  openMapping: misbehaviour?.openMapping ?? openEventSourceMapping,
});

/** The outputs that have a value here; each of the others is told of. */
const outputsOf = (application: Application, emit: EmitCloudEvent): Readonly<Record<string, string>> =>
  Object.fromEntries(
    application.outputs.flatMap(({ id, value }) => {
      try {
        return [[id, value()] as const];
      } catch (error) {
        if (!(error instanceof PipelineError)) throw error;
        emit({ kind: "output-omitted", output: id, reason: error.message });
        return [];
      }
    }),
  );
