import type { FaultKind } from "./misbehaviour/fault-kind.ts";

/** One line that a function wrote to stdout or stderr. */
export interface FunctionLogged {
  readonly kind: "logged";
  readonly functionName: string;
  readonly output: "stdout" | "stderr";
  readonly line: string;
}

/** One metric of a line, in the order in which its values stand. */
export interface MeteredMetric {
  readonly name: string;
  /** CloudWatch's name of the unit. */
  readonly unit: string;
  readonly values: readonly number[];
}

/** Metrics that a function wrote to stdout in CloudWatch's embedded format: a line that is no log line. */
export interface FunctionMetered {
  readonly kind: "metered";
  readonly functionName: string;
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly metrics: readonly MeteredMetric[];
}

/** An invocation ended: well when `errorType` is undefined. */
export interface FunctionInvoked {
  readonly kind: "invoked";
  readonly functionName: string;
  readonly requestId: string;
  readonly durationMs: number;
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
}

/** A batch was not processed whole; it is tried again, split or discarded. */
export interface BatchFailed {
  readonly kind: "batch-failed";
  readonly functionName: string;
  readonly streamName: string;
  readonly shardId: string;
  readonly recordCount: number;
  /** The batch is a window's final invocation, which holds no records. */
  readonly isFinalInvokeForWindow: boolean;
  readonly reason: string;
}

/** Records were given up. `path` is the file that keeps them, undefined where the mapping has no failure destination. */
export interface BatchDiscarded {
  readonly kind: "batch-discarded";
  readonly functionName: string;
  readonly streamName: string;
  readonly shardId: string;
  readonly recordCount: number;
  readonly condition: "RetryAttemptsExhausted" | "RecordAgeExceeded";
  readonly path: string | undefined;
}

/** A stream could not be read; it is tried again. */
export interface StreamUnread {
  readonly kind: "stream-unread";
  readonly streamName: string;
  readonly reason: string;
}

/** A schedule's run did not start or did not end well; the next comes when it is due. */
export interface ScheduleFailed {
  readonly kind: "schedule-failed";
  readonly scheduleName: string;
  readonly reason: string;
}

/** A socket's request met no function, or one that failed. */
export interface SocketRefused {
  readonly kind: "socket-refused";
  readonly routeKey: string;
  readonly statusCode: number;
  readonly reason: string;
}

/** A stack output refers to something that has no value on this machine, so it is not among `outputs`. */
export interface OutputOmitted {
  readonly kind: "output-omitted";
  readonly output: string;
  readonly reason: string;
}

/** A fault that was asked for has been injected. */
export interface FaultInjected {
  readonly kind: "fault-injected";
  readonly fault: FaultKind;
  /** Where it was planned. */
  readonly atRecord: number;
}

export type CloudEvent =
  | FunctionLogged
  | FunctionMetered
  | FunctionInvoked
  | BatchFailed
  | BatchDiscarded
  | StreamUnread
  | ScheduleFailed
  | SocketRefused
  | OutputOmitted
  | FaultInjected;

export type EmitCloudEvent = (event: CloudEvent) => void;
