const AGAIN_MS = 1_000;

/**
 * What `load` imports, which the page can begin without. A browser does not fetch again what it could not import, so the
 * whole page is loaded again as soon as the server answers.
 */
export const later = async <Part>(load: () => Promise<Part>): Promise<Part> => {
  try {
    return await load();
  } catch {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      const isAnswered = await fetch(location.pathname, { method: "HEAD" }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isAnswered) location.reload();
    }
  }
};
