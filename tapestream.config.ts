import type { TapestreamSettings } from "./infra/settings.ts";

/**
 * What this deployment chooses; for what is not here the defaults hold. docs/configuration.md lists all there is.
 * A setting can be given for once, too: `npm run deploy -- -c shards=4`.
 */
export const settings: TapestreamSettings = {};
