import type { CloudEvent } from "#local/cloud.ts";
import { countOf } from "./output.ts";

/**
 * What a local cloud's event says to whoever watches, in a sentence. Undefined for what is no trouble: a function's own
 * lines and metrics, invocations, and outputs that mean nothing here.
 */
export const cloudEventText = (event: CloudEvent): string | undefined => {
  switch (event.kind) {
    case "batch-failed": {
      const what = event.isFinalInvokeForWindow
        ? "a window's end"
        : `a batch of ${countOf(event.recordCount, "record")}`;
      return `${event.functionName} failed at ${what} of ${event.streamName} (${event.shardId}) and gets it again: ${event.reason}`;
    }
    case "batch-discarded": {
      const where = event.path === undefined ? "nowhere" : `in ${event.path}`;
      return `${event.functionName} gave up ${countOf(event.recordCount, "record")} of ${event.streamName} (${event.condition}), kept ${where}`;
    }
    case "stream-unread":
      return `the stream ${event.streamName} could not be read and is tried again: ${event.reason}`;
    case "schedule-failed":
      return `a run of the schedule ${event.scheduleName} failed, the next comes when it is due: ${event.reason}`;
    case "socket-refused":
      return `a socket's ${event.routeKey} was refused with ${event.statusCode}: ${event.reason}`;
    case "logged":
    case "metered":
    case "invoked":
    case "fault-injected":
    case "output-omitted":
      return undefined;
  }
};
