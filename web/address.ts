/** The symbol and the interval that the address names, empty where it names none. */
export const readAddress = (): readonly [string, string] => {
  try {
    const [symbol = "", interval = ""] = location.hash.slice(1).split("/").map(decodeURIComponent);
    return [symbol, interval];
  } catch {
    return ["", ""];
  }
};

/** Lets the address name what is shown, so that it can be kept and passed on. */
export const writeAddress = (symbol: string, interval: string): void => {
  history.replaceState(undefined, "", `#${encodeURIComponent(symbol)}/${interval}`);
};
