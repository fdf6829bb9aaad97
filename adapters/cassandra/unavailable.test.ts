import { errors, types } from "cassandra-driver";
import { describe, expect, test } from "vitest";
import { storeUnavailable } from "./unavailable.ts";

const ofHosts = (...failures: readonly Error[]): Error =>
  new errors.NoHostAvailableError(
    Object.fromEntries(failures.map((failure, host) => [`10.0.0.${host}:9042`, failure])),
  );
const gone = new Error("connect ECONNREFUSED");

describe("what a node's failures are called", () => {
  test.each([
    ["no node answers", ofHosts(gone, gone)],
    ["a node cannot tell who asks", ofHosts(new errors.AuthenticationError("Unable to perform authentication: …"))],
    ["a table is not made yet", new errors.ResponseError(types.responseErrorCodes.invalid, "unconfigured table panes")],
  ])("is worth another try where %s", (_, cause) => {
    expect(storeUnavailable("keyspace k must answer", cause)).toMatchObject({
      code: "TAPE_STORE_UNAVAILABLE",
      cause,
      isRetryable: true,
    });
  });

  test.each([
    [
      "a password is wrong",
      ofHosts(gone, new errors.AuthenticationError("Provided username and/or password are incorrect")),
    ],
    ["a node asks for a password", ofHosts(new errors.AuthenticationError("Authentication provider not set"))],
    [
      "a role may not",
      new errors.ResponseError(types.responseErrorCodes.unauthorized, "User has no MODIFY permission"),
    ],
    ["the data centre is none of theirs", ofHosts(new errors.ArgumentError("localDataCenter was configured as 'dc7'"))],
  ])("is worth no other try where %s", (_, cause) => {
    expect(storeUnavailable("keyspace k must answer", cause)).toMatchObject({ isRetryable: false });
  });

  test("is said in one line, of each node what became of it", () => {
    const message = "keyspace k must answer, failed with 10.0.0.0:9042: Error: connect ECONNREFUSED";
    expect(storeUnavailable("keyspace k must answer", ofHosts(gone)).message).toBe(message);
    const closed = new errors.NoHostAvailableError(null, "Connecting after shutdown is not supported");
    expect(storeUnavailable("k must answer", closed).message).toBe(
      "k must answer, failed with NoHostAvailableError: Connecting after shutdown is not supported",
    );
  });
});
