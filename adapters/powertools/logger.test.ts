import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PipelineError } from "#core/errors.ts";
import { openLogger } from "./logger.ts";

const lines: unknown[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.stubEnv("POWERTOOLS_DEV", "true");
  for (const method of ["info", "warn", "error"] as const) {
    vi.spyOn(console, method).mockImplementation((line: string) => void lines.push(JSON.parse(line)));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test("a message becomes one JSON line with its fields", () => {
  const log = openLogger({ service: "aggregator" });
  log.info("batch folded", { tradeCount: 3 });
  log.warn("no fields");
  expect(lines).toEqual([
    expect.objectContaining({ level: "INFO", message: "batch folded", service: "aggregator", tradeCount: 3 }),
    expect.objectContaining({ level: "WARN", message: "no fields", service: "aggregator" }),
  ]);
});

test("an error is told with its code and its cause", () => {
  const cause = new TypeError("socket hang up");
  const error = new PipelineError("TAPE_STORE_UNAVAILABLE", "table panes must answer", { cause });
  openLogger({ service: "aggregator" }).error("batch failed", { error });
  expect(lines).toEqual([
    expect.objectContaining({
      level: "ERROR",
      error: expect.objectContaining({
        name: "PipelineError",
        code: "TAPE_STORE_UNAVAILABLE",
        message: "table panes must answer",
        cause: expect.objectContaining({ message: "socket hang up" }),
      }),
    }),
  ]);
});

test("lines of an invocation bear its request id, and those of the next one its own", async () => {
  const log = openLogger({ service: "aggregator" });
  const handler = log.traced(async (event: string) => log.info(event));
  await handler("first", { awsRequestId: "id-1" });
  await handler("second", { awsRequestId: "id-2" });
  expect(lines).toEqual([
    expect.objectContaining({ message: "first", requestId: "id-1" }),
    expect.objectContaining({ message: "second", requestId: "id-2" }),
  ]);
});

test("an invocation that fails is told with its code, and fails all the same", async () => {
  const failure = new PipelineError("TAPE_STREAM_UNAVAILABLE", "stream ticks must answer");
  const handler = openLogger({ service: "fetcher" }).traced(() => Promise.reject(failure));
  await expect(handler("event", { awsRequestId: "id-1" })).rejects.toBe(failure);
  expect(lines).toEqual([
    expect.objectContaining({
      level: "ERROR",
      message: "invocation failed",
      requestId: "id-1",
      error: expect.objectContaining({ code: "TAPE_STREAM_UNAVAILABLE" }),
    }),
  ]);
});
