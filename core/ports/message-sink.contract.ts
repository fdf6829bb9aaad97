import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import type { MessageSink } from "./message-sink.ts";

/** How a gateway answers one post; what is not said is sent. */
export type GatewayAnswer =
  | "sent"
  | { readonly status: number; readonly errorType: string }
  /** Ends the connection that the post came on. */
  | "hang up"
  /** Answers nothing. */
  | "silence";

/** A sink before a gateway that says what came, and answers as it is told. */
export interface SinkStage extends AsyncDisposable {
  readonly sink: MessageSink;
  /** What the gateway read of posts that are rightly signed, in the order in which they came, those it did not answer too. */
  readonly posts: readonly { readonly connectionId: string; readonly message: string }[];
  /** How many connections the sink has opened. */
  readonly sockets: number;
  /** How many of them were open at once at most. */
  readonly mostSockets: number;
  /** What the sink must keep to itself. */
  readonly secrets: readonly string[];
  /** The next posts are answered so. */
  answer(...answers: readonly GatewayAnswer[]): void;
}

export interface OpenSinkStage {
  /** How long the sink waits for an answer. */
  readonly answerTimeoutMs?: number;
  /** Nobody listens where the gateway should be. */
  readonly isDown?: boolean;
}

/** Ids as API Gateway makes them, and others. */
const CONNECTION_IDS = ["L0SM9cOFvHcCIhw=", "dGhpcw==", "a+b/c=", "%3D", "a b", "!'()*~-._", "grüße", "a"];

/** What every message sink must do. */
export const messageSinkContract = (name: string, open: (given?: OpenSinkStage) => Promise<SinkStage>): void => {
  describe(`MessageSink: ${name}`, () => {
    test("posts the text to the connection, whatever its id", async () => {
      await using stage = await open();
      for (const id of CONNECTION_IDS) expect(await stage.sink.post(id, `{"to":${JSON.stringify(id)}}`)).toBe("sent");
      expect(stage.posts).toEqual(
        CONNECTION_IDS.map((connectionId) => ({ connectionId, message: `{"to":${JSON.stringify(connectionId)}}` })),
      );
    });

    test.each([
      ["beyond ASCII", '{"text":"Grüße, 世界, 😀"}'],
      ["of 32 KB", `{"text":"${"x".repeat(32_768 - 11)}"}`],
      ["of one character", "0"],
    ])("posts a text %s as it is", async (_, message) => {
      await using stage = await open();
      expect(await stage.sink.post("a", message)).toBe("sent");
      expect(stage.posts).toEqual([{ connectionId: "a", message }]);
    });

    test.each([
      [410, "GoneException", "gone"],
      [429, "LimitExceededException", "busy"],
      [429, "TooManyRequestsException", "busy"],
    ] as const)("takes %d %s for %s, and does not ask again", async (status, errorType, result) => {
      await using stage = await open();
      stage.answer({ status, errorType });
      expect(await stage.sink.post("a", "{}")).toBe(result);
      expect(stage.posts).toHaveLength(1);
    });

    test.each([
      [403, "ForbiddenException"],
      [413, "PayloadTooLargeException"],
      [500, "InternalServerErrorException"],
      [503, "ServiceUnavailableException"],
    ])("rejects with our error on %d %s, once, and goes on", async (status, errorType) => {
      await using stage = await open();
      stage.answer({ status, errorType });
      await expect(stage.sink.post("a", "{}")).rejects.toMatchObject({
        code: "TAPE_CONNECTION_UNAVAILABLE",
        isRetryable: true,
        message: expect.stringContaining(errorType),
      });
      expect(await stage.sink.post("a", "{}")).toBe("sent");
      expect(stage.posts).toHaveLength(2);
    });

    test("keeps its connections, whatever came over them", async () => {
      await using stage = await open();
      stage.answer("sent", { status: 410, errorType: "GoneException" });
      for (let post = 0; post < 20; post++) await stage.sink.post("a", "{}");
      expect(stage.posts).toHaveLength(20);
      // A pool may take a second one before the first has settled.
      expect(stage.sockets).toBeLessThanOrEqual(2);
    });

    test("posts again when a kept connection is dead", async () => {
      await using stage = await open();
      stage.answer("sent", "hang up", "sent");
      expect(await stage.sink.post("a", "1")).toBe("sent");
      expect(await stage.sink.post("a", "2")).toBe("sent");
      expect(stage.posts.map(({ message }) => message)).toEqual(["1", "2", "2"]);
    });

    test("rejects with our error when the gateway hangs up again", async () => {
      await using stage = await open();
      stage.answer("hang up", "hang up", "sent");
      await expect(stage.sink.post("a", "{}")).rejects.toMatchObject(UNAVAILABLE);
      expect(stage.posts).toHaveLength(2);
    });

    test("rejects with our error when no answer comes in time, and does not ask again", async () => {
      // Long enough that the post has been read by then, on a slow machine too.
      await using stage = await open({ answerTimeoutMs: 500 });
      stage.answer("silence");
      await expect(stage.sink.post("a", "{}")).rejects.toMatchObject(UNAVAILABLE);
      expect(stage.posts).toHaveLength(1);
    });

    test("rejects with our error when nobody listens", async () => {
      await using stage = await open({ isDown: true });
      await expect(stage.sink.post("a", "{}")).rejects.toMatchObject(UNAVAILABLE);
    });

    test("a post that waits holds up no other", async () => {
      await using stage = await open();
      stage.answer("silence");
      const waiting = stage.sink.post("slow", "{}").catch(() => "given up");
      await vi.waitFor(() => expect(stage.posts).toHaveLength(1), { timeout: 20_000, interval: 1 });
      for (const id of ["a", "b", "c"]) expect(await stage.sink.post(id, "{}")).toBe("sent");
      await stage[Symbol.asyncDispose]();
      expect(await waiting).toBe("given up");
    });

    test("many posts at once take few connections, and all arrive", async () => {
      await using stage = await open();
      const ids = Array.from({ length: 200 }, (_, index) => `c${index}`);
      const results = await Promise.all(ids.map((id) => stage.sink.post(id, `{"to":"${id}"}`)));
      expect(new Set(results)).toEqual(new Set(["sent"]));
      expect(stage.posts.map(({ connectionId }) => connectionId).toSorted()).toEqual(ids.toSorted());
      expect(stage.posts.every(({ connectionId, message }) => message === `{"to":"${connectionId}"}`)).toBe(true);
      expect(stage.mostSockets).toBeGreaterThan(1);
      expect(stage.mostSockets).toBeLessThanOrEqual(64);
    });

    test("keeps secrets out of its errors", async () => {
      await using stage = await open();
      for (const answers of [["hang up", "hang up"], [{ status: 403, errorType: "ForbiddenException" }]] as const) {
        stage.answer(...answers);
        const error: unknown = await stage.sink.post("a", "{}").catch((cause: unknown) => cause);
        const text = inspect(error, { depth: 8, maxStringLength: Infinity });
        expect(text).toContain("TAPE_CONNECTION_UNAVAILABLE");
        for (const secret of stage.secrets) expect(text).not.toContain(secret);
      }
    });
  });
};

const UNAVAILABLE = { code: "TAPE_CONNECTION_UNAVAILABLE", isRetryable: true };
