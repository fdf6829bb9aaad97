import type { Pane } from "#core/pane.ts";
import type { UpdateStream } from "#core/ports/update-stream.ts";
import { readUpdateRecord } from "#core/update-record.ts";

/** An update stream that keeps what was published. */
export interface MemoryUpdateStream extends UpdateStream {
  /** The panes of each call, oldest first. */
  readonly published: readonly (readonly Pane[])[];
}

/** The bars stream in memory, to be looked at. */
export const createMemoryUpdateStream = (): MemoryUpdateStream => {
  const published: (readonly Pane[])[] = [];
  return {
    published,
    publish: async (records) => {
      published.push(records.flatMap(readUpdateRecord));
    },
  };
};
