import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import { byId, setText } from "../element.ts";

/** Says where the trades come from, and in a badge where no market trades them now. */
export const showSource = ({ source, kind = "live" }: DashboardConfig): void => {
  setText(byId("source"), source);
  byId("source").title = source;
  setText(byId("badge"), kind === "live" ? "" : kind);
};
