/**
 * Reads the settings as infra/app.ts does, and nothing else: no bundles, no CDK, in a fraction of a second.
 *
 *     CDK_CONTEXT_JSON='{"shards":"4"}' node infra/check-settings.ts
 *
 * A mistake ends in one sentence on stderr and exit code 1.
 */
import { cdkContext, givenContext, givenSettings, orOneSentence } from "./given.ts";
import { readConfig } from "./read-config.ts";

await orOneSentence(async () => {
  readConfig({ ...cdkContext(), ...givenContext() }, await givenSettings());
});
