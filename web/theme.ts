/** The page's colours, which charts must be told. */
export interface Theme {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly panel: string;
  readonly up: string;
  readonly down: string;
  readonly upFaint: string;
  readonly downFaint: string;
  readonly raw: string;
  readonly mean: string;
  readonly corrected: string;
  readonly font: string;
}

/** The colours that the style sheet gives now, dark or light as the reader wants it. */
export const readTheme = (): Theme => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    text: colour("text"),
    muted: colour("muted"),
    line: colour("line"),
    panel: colour("panel"),
    up: colour("up-drawn"),
    down: colour("down-drawn"),
    upFaint: colour("up-faint"),
    downFaint: colour("down-faint"),
    raw: colour("raw"),
    mean: colour("mean"),
    corrected: colour("corrected"),
    font: getComputedStyle(document.body).fontFamily,
  };
};

/** Calls `onChange` whenever the reader turns from dark to light or back. */
export const watchTheme = (onChange: (theme: Theme) => void): void => {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => onChange(readTheme()));
};
