/**
 * Reads the settings as infra/app.ts does, and prints them as it leaves them in tapestream.json: no bundles, no CDK, in a
 * fraction of a second.
 *
 *     CDK_CONTEXT_JSON='{"shards":"4"}' node infra/check-settings.ts
 *
 * A mistake ends in one sentence on stderr and exit code 1.
 */
import { cdkContext, givenContext, givenSettings, orOneSentence } from "./given.ts";
import { readConfig } from "./read-config.ts";

await orOneSentence(async () => {
  const config = readConfig({ ...cdkContext(), ...givenContext() }, await givenSettings());
  process.stdout.write(JSON.stringify(config));
});
