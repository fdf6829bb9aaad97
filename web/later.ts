const AGAIN_MS = 2_000;

/** What `load` imports, which the page can begin without; tried again until it comes. */
export const later = async <Part>(load: () => Promise<Part>): Promise<Part> => {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
};
