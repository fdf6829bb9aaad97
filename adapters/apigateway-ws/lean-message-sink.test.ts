import { expect, test } from "vitest";
import { systemClock } from "#adapters/node/clock.ts";
import { messageSinkContract, type OpenSinkStage, type SinkStage } from "#core/ports/message-sink.contract.ts";
import { durationMs } from "#core/units.ts";
import { CREDENTIALS, openSinkStage, REGION } from "#test/sink-stage.ts";
import type { CredentialSource } from "./credentials.ts";
import { openLeanMessageSink } from "./lean-message-sink.ts";

const open = (given: OpenSinkStage = {}, credentials: CredentialSource = () => CREDENTIALS): Promise<SinkStage> =>
  openSinkStage(
    (endpoint) =>
      openLeanMessageSink({
        endpoint,
        region: REGION,
        credentials,
        clock: systemClock,
        ...(given.answerTimeoutMs === undefined ? {} : { answerTimeoutMs: durationMs(given.answerTimeoutMs) }),
      }),
    given,
  );

messageSinkContract("lean", open);

test("signs with what the credentials are by then", async () => {
  let current = { ...CREDENTIALS, secretAccessKey: "another" };
  await using stage = await open({}, () => current);
  await expect(stage.sink.post("a", "{}")).rejects.toThrow("InvalidSignatureException");
  current = CREDENTIALS;
  expect(await stage.sink.post("a", "{}")).toBe("sent");
});

test("rejects with our error when no credentials are found", async () => {
  await using stage = await open({}, () => Promise.reject(new Error("no credentials anywhere")));
  await expect(stage.sink.post("a", "{}")).rejects.toMatchObject({ code: "TAPE_CONNECTION_UNAVAILABLE" });
});
