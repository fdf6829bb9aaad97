const AGAIN_MS = 1_000;

/** Resolves after so long. */
export const pause = (pauseMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs));

/**
 * What `load` imports, which the page can begin without. A browser does not fetch again what it could not import, so the
 * whole page is loaded again as soon as the server answers.
 */
export const later = async <Part>(load: () => Promise<Part>): Promise<Part> => {
  try {
    return await load();
  } catch {
    for (;;) {
      await pause(AGAIN_MS);
      const { ok } = await fetch("config.json").catch(() => ({ ok: false }));
      if (ok) location.reload();
    }
  }
};
