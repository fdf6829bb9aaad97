import axe from "axe-core";
import type { Page } from "playwright-core";

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly targets: readonly string[];
}

/**
 * What axe finds serious or critical in the page as it stands, or in what `selector` names, a sentence each. The page's policy does not matter to it, as
 * it is brought in from outside.
 */
export const seriousFindings = async (page: Page, selector?: string): Promise<readonly string[]> => {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source);
  const findings = await page.evaluate<readonly Finding[]>(`
    window.axe.run(${selector === undefined ? "document" : JSON.stringify(selector)}, { resultTypes: ["violations"] }).then(({ violations }) =>
      violations.map(({ id, impact, help, nodes }) =>
        ({ id, impact, help, targets: nodes.map(({ target }) => target.join(" ")) })))
  `);
  return findings
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, impact, help, targets }) => `${id} (${impact}): ${help}: ${targets.join(", ")}`);
};
