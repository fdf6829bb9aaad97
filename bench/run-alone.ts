import { fork } from "node:child_process";
import { once } from "node:events";
import { PipelineError } from "#core/errors.ts";
import type { Figure } from "./figure.ts";

/** What the process of one benchmark is asked. */
export interface AloneQuestion {
  /** Index in the registry. */
  readonly benchmark: number;
  readonly isQuick: boolean;
  /** The names of the figures that are wanted. */
  readonly wanted: readonly string[];
}

/** What it tells. */
export type AloneMessage =
  | { readonly kind: "figure"; readonly figure: Figure }
  | { readonly kind: "progress"; readonly text: string }
  /** This machine lacks what the benchmark needs. */
  | { readonly kind: "lacking"; readonly text: string };

/**
 * Runs one benchmark in a process of its own, so that none is slowed or sped up by what another taught the engine.
 * @throws PipelineError TAPE_DATA_UNAVAILABLE when the process fails; it has said why on stderr.
 */
export const runAlone = async (question: AloneQuestion, on: (message: AloneMessage) => void): Promise<void> => {
  const child = fork(new URL("./alone.ts", import.meta.url), [JSON.stringify(question)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.on("message", (message) => on(message as AloneMessage));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0)
    throw new PipelineError("TAPE_DATA_UNAVAILABLE", `a benchmark's process must exit with 0, did with ${code}`);
};
