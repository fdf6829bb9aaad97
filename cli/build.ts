import { buildLambdas } from "#tools/build.ts";
import { mustBeFlagsAlone, runCommand } from "./command.ts";
import { sayBuilt } from "./output.ts";

const HELP = `Bundles the functions into build/lambdas, as they are deployed, and says how large each is.

Usage: npm run build

  --help  shows this
`;

await runCommand({
  help: HELP,
  options: {},
  run: async (args) => {
    mustBeFlagsAlone(args);
    sayBuilt(await buildLambdas());
    return 0;
  },
});
