import { paneKeyText, type Pane } from "#core/pane.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";

/** The bar store in memory: the reference of the port. */
export const createMemoryPaneStore = (): PaneStore => {
  const panes = new Map<string, Pane>();
  return {
    get: async (keys) => {
      const texts = new Set(keys.map(paneKeyText));
      return [...texts].map((text) => panes.get(text)).filter((pane) => pane !== undefined);
    },

    put: async (written) => {
      for (const pane of written) {
        const text = paneKeyText(pane);
        const stored = panes.get(text);
        if (stored === undefined || stored.lastSequence < pane.lastSequence)
          panes.set(text, structuredClone({ ...pane, content: pane.content }));
      }
    },

    range: async ({ symbol, intervalMs, startMs, endMs }) =>
      [...panes.values()]
        .filter((pane) => pane.symbol === symbol && pane.intervalMs === intervalMs)
        .filter((pane) => pane.startMs >= startMs && pane.startMs < endMs)
        .toSorted((a, b) => a.startMs - b.startMs || (a.shard < b.shard ? -1 : 1)),
  };
};
