/** The process of one benchmark: measures what its argument asks for, and tells its parent. */
import { PipelineError } from "#core/errors.ts";
import { BENCHMARKS } from "./registry.ts";
import type { AloneMessage, AloneQuestion } from "./run-alone.ts";

const tell = (message: AloneMessage): Promise<void> =>
  new Promise((resolve, reject) =>
    process.send!(message, (error: Error | null) => (error ? reject(error) : resolve())),
  );

const { benchmark, isQuick, wanted } = JSON.parse(process.argv[2]!) as AloneQuestion;
const context = {
  isQuick,
  wants: (name: string) => wanted.includes(name),
  progress: (text: string) => void tell({ kind: "progress", text }),
};
try {
  for await (const figure of BENCHMARKS[benchmark]!.measure(context)) {
    if (wanted.includes(figure.name)) await tell({ kind: "figure", figure });
  }
} catch (error) {
  if (!(error instanceof PipelineError && error.code === "TAPE_ENGINE_UNAVAILABLE")) throw error;
  await tell({ kind: "lacking", text: error.message });
  process.exit();
}
process.disconnect();
