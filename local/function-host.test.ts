import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { until } from "#test/until.ts";
import { eventLog, localFunction } from "./fixtures/mapping.ts";
import { openFunctionHost, type FunctionHost } from "./function-host.ts";
import type { LocalFunction } from "./function-spec.ts";
import { openTemporaryDir, type TemporaryDir } from "./temporary-dir.ts";

let code: TemporaryDir;

beforeAll(async () => {
  code = await openTemporaryDir("local-code-");
});

afterAll(() => code[Symbol.asyncDispose]());

const open = (given: Partial<LocalFunction> = {}) => {
  const { events, emit } = eventLog();
  const fn = localFunction("tool", given);
  const host = openFunctionHost({ fn, environment: { EXTRA: "more" }, emit, codeDir: code.dir });
  return { host, events };
};

const run = async (host: FunctionHost, event: unknown): Promise<Readonly<Record<string, unknown>>> =>
  JSON.parse(await host.invoke(JSON.stringify(event))) as Readonly<Record<string, unknown>>;

const isRunning = (pid: unknown): boolean => {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
};

describe("a function's host", () => {
  test("runs the handler in its own folder, with its own variables and a context", async () => {
    const { host } = open({ environment: { MINE: "1", AWS_REGION: "nowhere" }, memoryMb: 512 });
    await using _ = host;
    const result = await run(host, { a: 1 });
    const { assetDir, arn } = localFunction("tool");
    expect(result).toMatchObject({ event: { a: 1 }, cwd: assetDir, context: { invokedFunctionArn: arn } });
    expect(result["env"]).toMatchObject({
      MINE: "1",
      EXTRA: "more",
      AWS_REGION: "us-east-1",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
      LAMBDA_TASK_ROOT: assetDir,
    });
    for (const name of ["VITEST", "NODE_COMPILE_CACHE"]) expect(result["env"]).not.toHaveProperty(name);
    expect(result["remainingMs"]).toBeGreaterThan(8_000);
  });

  test("keeps the process for the next invocation, after an error too", async () => {
    const { host, events } = open();
    await using _ = host;
    await run(host, {});
    await expect(run(host, { throws: "bad" })).rejects.toMatchObject({ name: "TypeError", message: "bad" });
    expect(await run(host, {})).toMatchObject({ calls: 3 });
    expect(events.flatMap((event) => (event.kind === "invoked" ? [event.errorType] : []))).toEqual([
      undefined,
      "TypeError",
      undefined,
    ]);
  });

  test("runs invocations that overlap in processes of their own", async () => {
    const { host } = open();
    await using _ = host;
    const { pid } = await run(host, {});
    const long = expect(run(host, { sleepMs: 60_000 })).rejects.toMatchObject({ name: "Runtime.ExitError" });
    expect((await run(host, {}))["pid"]).not.toBe(pid);
    await host[Symbol.asyncDispose]();
    await long;
  });

  test("queues a crowd of short invocations for a few processes, each with one invocation at a time", async () => {
    const { host } = open();
    await using _ = host;
    await run(host, {});
    const results = await Promise.all(Array.from({ length: 200 }, () => run(host, {})));
    const processes = Map.groupBy(results, ({ pid }) => pid);
    expect(processes.size).toBeLessThan(8);
    // the state of a module counts on: none was run twice at once, and none was lost
    for (const [, own] of processes) expect(new Set(own.map(({ calls }) => calls)).size).toBe(own.length);
    expect(results.length).toBe(200);
  });

  test("keeps what was compiled for the processes that come after", async () => {
    const { host } = open();
    await using _ = host;
    await run(host, {});
    await until("code must be kept", async () => (await readdir(code.dir, { recursive: true })).length > 2);
  });

  test("throttles beyond the reserved concurrency", async () => {
    const { host } = open({ reservedConcurrency: 1 });
    await using _ = host;
    const first = run(host, { sleepMs: 100 });
    await expect(run(host, {})).rejects.toMatchObject({ name: "TooManyRequestsException" });
    await first;
    expect(await run(host, {})).toMatchObject({ calls: 2 });
  });

  test("kills a process that outlives the timeout, and starts a fresh one", async () => {
    const { host } = open({ timeoutMs: durationMs(300) });
    await using _ = host;
    await expect(run(host, { sleepMs: 5_000 })).rejects.toMatchObject({
      name: "Sandbox.Timedout",
      message: expect.stringMatching(/Task timed out after 0\.30 seconds$/) as string,
    });
    expect(await run(host, {})).toMatchObject({ calls: 1 });
  });

  test("kills the process of one invocation when asked to, wherever it stands", async () => {
    const { host } = open();
    await using _ = host;
    const { pid } = await run(host, {});
    const kill = new AbortController();
    const killed = host.invoke(JSON.stringify({ sleepMs: 60_000 }), { kill: kill.signal });
    const other = host.invoke(JSON.stringify({ sleepMs: 300 }), { kill: new AbortController().signal });
    kill.abort();
    await expect(killed).rejects.toMatchObject({ name: "Runtime.ExitError" });
    expect(isRunning(pid)).toBe(false);
    expect(JSON.parse(await other)).toMatchObject({ calls: 1 });
  });

  test("puts the clock of a process wrong for as long as it lives, and the time that Lambda gives it is right", async () => {
    const { host } = open();
    await using _ = host;
    const onStart = (skewClock: (aheadMs: number) => void): void => skewClock(-3_600_000);
    const told = [await host.invoke("{}", { onStart }), await host.invoke("{}")].map(
      (text) => JSON.parse(text) as { readonly times: readonly number[]; readonly remainingMs: number },
    );
    for (const { times, remainingMs } of told) {
      const behindMs = times.slice(0, 2).map((timeMs) => Math.round((Date.now() - timeMs) / 600_000));
      expect([behindMs, times[2], remainingMs > 8_000]).toEqual([[6, 6], 5, true]);
    }
  });

  test("traces an invocation under its request id", async () => {
    const { host } = open();
    await using _ = host;
    const requestId = "01234567-89ab-cdef-0123-456789abcdef";
    const result = JSON.parse(await host.invoke("{}", { requestId })) as { env: unknown };
    expect(result.env).toMatchObject({ _X_AMZN_TRACE_ID: "Root=1-01234567-89abcdef0123456789abcdef;Sampled=0" });
  });

  test("fails the invocation in which a process dies, and loses none of its words", async () => {
    const { host, events } = open();
    await using _ = host;
    await expect(run(host, { exit: 3 })).rejects.toMatchObject({
      name: "Runtime.ExitError",
      message: expect.stringMatching(/Runtime exited with error: exit status 3$/) as string,
    });
    const lines = events.flatMap((event) => (event.kind === "logged" ? [`${event.output} ${event.line}`] : []));
    expect(lines).toEqual(expect.arrayContaining(["stderr loaded", "stdout last words"]));
    expect(await run(host, {})).toMatchObject({ calls: 1 });
  });

  test("rejects every invocation of a function that can't be loaded", async () => {
    const { host } = open({ handler: "index.nothing" });
    await using _ = host;
    for (let call = 0; call < 2; call++)
      await expect(run(host, {})).rejects.toMatchObject({ name: "Runtime.HandlerNotFound" });
  });

  test("ends its processes when it is disposed, in the middle of an invocation too", async () => {
    const { host } = open();
    const { pid } = await run(host, {});
    const running = run(host, { sleepMs: 60_000 });
    const failed = expect(running).rejects.toMatchObject({ name: "Runtime.ExitError" });
    await host[Symbol.asyncDispose]();
    await failed;
    expect(isRunning(pid)).toBe(false);
    await expect(run(host, {})).rejects.toMatchObject({ name: "Runtime.ExitError" });
  });
});
