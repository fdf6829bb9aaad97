import { STATUS_COUNTS, type StatusCounts } from "#core/protocol/pipeline-status.ts";
import { byId, setText } from "../element.ts";

/** Writes how many trades came, and what became of those that gave trouble. What each means stands in the page. */
export const showCounts = (counts: StatusCounts): void => {
  for (const name of STATUS_COUNTS) {
    const word = counts[name] === 1 ? name.replace(/s$/, "") : name;
    setText(byId(name), `${counts[name].toLocaleString("en-US")} ${word}`);
  }
};
