import { messageSinkContract } from "#core/ports/message-sink.contract.ts";
import { durationMs } from "#core/units.ts";
import { ENVIRONMENT, openSinkStage } from "#test/sink-stage.ts";
import { openSdkMessageSink } from "./sdk-message-sink.ts";

Object.assign(process.env, ENVIRONMENT);

messageSinkContract("the SDK's client", (given = {}) =>
  openSinkStage(
    (endpoint) =>
      openSdkMessageSink({
        endpoint,
        ...(given.answerTimeoutMs === undefined ? {} : { answerTimeoutMs: durationMs(given.answerTimeoutMs) }),
      }),
    given,
  ),
);
