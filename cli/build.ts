import { buildLambdas, buildWorkers } from "#tools/build.ts";
import { buildWeb, endBuilder } from "#tools/build-web.ts";
import { runCommand } from "./command.ts";
import { sayBuilt } from "./output.ts";

const HELP = `Bundles the functions into build/lambdas, as they are deployed, and says how large each is.

Usage: npm run build [-- flags]

  --workers  bundles the workers into build/workers and the dashboard into build/web instead, as the image has them
  --help     shows this
`;

await runCommand({
  help: HELP,
  options: { workers: { type: "boolean" } },
  run: async (args) => {
    sayBuilt(args.isSet("workers") ? await buildWorkers() : await buildLambdas({ hasOtherEngines: true }));
    if (args.isSet("workers")) await buildWeb();
    await endBuilder();
    return 0;
  },
});
