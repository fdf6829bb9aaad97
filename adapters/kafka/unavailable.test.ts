import { AuthenticationError, MultipleErrors, NetworkError, ProtocolError } from "@platformatic/kafka";
import { describe, expect, test } from "vitest";
import { unavailable, untaken } from "./unavailable.ts";

const refused = new NetworkError("Connection to 127.0.0.1:9092 failed.", {
  cause: new AuthenticationError("SASL authentication failed.", {
    cause: new MultipleErrors("Received response with error", [new ProtocolError("SASL_AUTHENTICATION_FAILED")]),
  }),
});
const gone = new NetworkError("Connection to 127.0.0.1:9092 failed.", { cause: new Error("connect ECONNREFUSED") });

describe("what a broker's failures are called", () => {
  test("is worth another try where the broker is away, and says why", () => {
    expect(unavailable("ticks", new MultipleErrors("all failed", [gone, gone]))).toMatchObject({
      code: "TAPE_STREAM_UNAVAILABLE",
      message: "topic ticks must answer, failed with Connection to 127.0.0.1:9092 failed. connect ECONNREFUSED",
      isRetryable: true,
    });
    expect(untaken("bars", "updates", gone)).toMatchObject({ cause: gone, isRetryable: true });
  });

  test.each([
    ["a password that is wrong", refused],
    ["a session that is too short", new ProtocolError("INVALID_SESSION_TIMEOUT")],
    ["a topic that is not ours", new ProtocolError("TOPIC_AUTHORIZATION_FAILED")],
    ["a group that is not ours", new MultipleErrors("failed", [gone, new ProtocolError("GROUP_AUTHORIZATION_FAILED")])],
  ])("is worth no other try by %s", (_, cause) => {
    expect(unavailable("ticks", cause)).toMatchObject({ cause, isRetryable: false });
  });
});
