import { PipelineError } from "#core/errors.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { MessageSink } from "#core/ports/message-sink.ts";
import { openCredentials, type Environment } from "./credentials.ts";
import { openLeanMessageSink } from "./lean-message-sink.ts";
import { openSdkMessageSink } from "./sdk-message-sink.ts";

export interface MessageSinkOptions {
  /** Who posts: our own lean client, or the SDK's. */
  readonly socketClient: "lean" | "sdk";
  /** The base URL of the stage: `https://{api}.execute-api.{region}.amazonaws.com/{stage}`. */
  readonly managementEndpoint: string;
  /** Names the region and, as a rule, the credentials, in the variables of Lambda and the SDK. */
  readonly env: Environment;
  readonly clock: Pick<Clock, "nowMs">;
}

/**
 * A sink that posts to the sockets of an API Gateway WebSocket API.
 * @throws PipelineError TAPE_CONFIG_INVALID when the lean client finds no region.
 */
export const openMessageSink = (options: MessageSinkOptions): MessageSink & AsyncDisposable => {
  const { socketClient, managementEndpoint: endpoint, env, clock } = options;
  if (socketClient === "sdk") return openSdkMessageSink({ endpoint });
  const region = env["AWS_REGION"];
  if (!region) throw new PipelineError("TAPE_CONFIG_INVALID", "AWS_REGION must be set, was absent");
  return openLeanMessageSink({ endpoint, region, credentials: openCredentials(env), clock });
};
