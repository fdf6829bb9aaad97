import { expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { openHeadlessClient } from "./client.ts";

test("a client that nobody answers is not waited for without end, and the error says how it stands", async () => {
  await using client = openHeadlessClient({ webSocketUrl: "ws://127.0.0.1:9/none", symbols: ["IBM"], intervalsMs: [] });
  await expect(client.whole(2, durationMs(1))).rejects.toMatchObject({
    code: "TAPE_RUN_STALLED",
    message: expect.stringMatching(
      /socket after its 2\. within 0\.001 s, was on its 1\., (connecting|waiting)/,
    ) as string,
  });
});
