import type { EmitCloudEvent } from "./cloud-event.ts";
import { openFunctionHost, type FunctionHost, type InvocationOptions } from "./function-host.ts";
import type { LocalFunction } from "./function-spec.ts";
import { openTemporaryDir } from "./temporary-dir.ts";

/** The hosts of all functions; a host starts no process before its first invocation. */
export interface FunctionHosts extends AsyncDisposable {
  /** @throws FunctionError, ThrottledError, as the function's host does */
  invoke(fn: LocalFunction, event: string, options?: InvocationOptions): Promise<string>;
}

export const openFunctionHosts = async (
  functions: readonly LocalFunction[],
  environment: Readonly<Record<string, string>>,
  emit: EmitCloudEvent,
): Promise<FunctionHosts> => {
  const folder = await openTemporaryDir("local-code-");
  const hosts = new Map<string, FunctionHost>(
    functions.map((fn) => [fn.name, openFunctionHost({ fn, environment, emit, codeDir: folder.dir })]),
  );
  return {
    invoke: async (fn, event, options) => {
      const host = hosts.get(fn.name);
      if (host === undefined) throw new RangeError(`a function must have a host, ${fn.name} has none`);
      return host.invoke(event, options);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...hosts.values()].map((host) => host[Symbol.asyncDispose]()));
      await folder[Symbol.asyncDispose]();
    },
  };
};
