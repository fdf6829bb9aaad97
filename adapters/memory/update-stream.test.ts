import { updateStreamContract } from "#core/ports/update-stream.contract.ts";
import { createMemoryUpdateStream } from "./update-stream.ts";

updateStreamContract("memory", async () => {
  const stream = createMemoryUpdateStream();
  return {
    stream,
    received: async () => stream.published.flat(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});
