import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paneKeyText, type Pane } from "#core/pane.ts";
import { updateRecords } from "#core/update-record.ts";
import { arbitraryPane } from "#test/arbitraries/pane.ts";
import type { UpdateStream } from "./update-stream.ts";

/** An empty stream, and what its receivers get. */
export interface UpdateStreamSetup extends AsyncDisposable {
  readonly stream: UpdateStream;
  /** The panes of all records so far, in any order. */
  received(): Promise<readonly Pane[]>;
}

const sorted = (panes: readonly Pane[]): readonly Pane[] => {
  const text = (pane: Pane): string => `${paneKeyText(pane)} ${pane.lastSequence}`;
  return panes.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
};

/** What every stream of updates must do. */
export const updateStreamContract = (name: string, open: () => Promise<UpdateStreamSetup>): void => {
  describe(`UpdateStream: ${name}`, () => {
    test("receivers get every pane published, exactly", async () => {
      await using setup = await open();
      const arbitraryPanes = fc.uniqueArray(arbitraryPane, { selector: paneKeyText, minLength: 200, maxLength: 200 });
      const [panes = []] = fc.sample(arbitraryPanes, 1);
      await setup.stream.publish(updateRecords(panes.slice(0, 1)));
      await setup.stream.publish(updateRecords(panes.slice(1)));
      expect(sorted(await setup.received())).toEqual(sorted(panes));
    });

    test("publishes nothing without a word", async () => {
      await using setup = await open();
      await setup.stream.publish([]);
      expect(await setup.received()).toEqual([]);
    });
  });
};
