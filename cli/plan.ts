import { planOf } from "#core/plan/plan.ts";
import { runCommand, type Arguments } from "./command.ts";
import { say } from "./output.ts";
import { reportOf } from "./plan-report.ts";
import { readLoad } from "./plan-settings.ts";
import { planObject } from "./plan-object.ts";

const HELP = `Says what a load needs on AWS, and what a month of it costs, line by line.

Usage: npm run plan [-- flags]

  --rate N                trades a second, all symbols together, while they flow  (default: 1000)
  --symbols N             symbols that trade                                      (default: 4)
  --viewers N             connections open at once                                (default: 10)
  --symbols-per-viewer N  what each looks at                                 (default: 20, or all)
  --interval I[:KEEP]     a stored interval and how long its bars are kept,
                          like 1m:30d; may repeat, or a list            (default: 10s:7d,1m:400d)
  --arrival-window S      seconds of Lambda's tumbling window, 0 for none         (default: 15)
  --hours N               hours a month in which trades flow, like 136.5 for the
                          US stock market; what stands by bills all 730           (default: 730)
  --lanes N               partition keys that symbols are spread over             (default: 64)
  --fan-out WHO           aggregator, broadcast or both read by enhanced fan-out  (default: none)
  --linger MS             how long a frame waits to be fuller                     (default: 100)
  --details               trades bear venue and conditions
  --json                  one JSON object with the same
  --help                  shows this

Examples:

  npm run plan -- --rate 200000 --symbols 500
  npm run plan -- --rate 200000 --symbols 8000 --viewers 1000 --interval 1m --hours 136.5
  npm run plan -- --rate 50000 --symbols 8000 --json

Defaults are those of the app. It reckons with tables of prices and of measurements, not with your
account: AWS's calculator decides, https://calculator.aws
`;

const plan = async (args: Arguments): Promise<number> => {
  const planned = planOf(readLoad(args));
  say(args.isSet("json") ? JSON.stringify(planObject(planned), undefined, 2) : reportOf(planned).join("\n"));
  return 0;
};

const TEXTS = [
  "rate",
  "symbols",
  "viewers",
  "symbols-per-viewer",
  "arrival-window",
  "hours",
  "lanes",
  "linger",
  "fan-out",
];

await runCommand({
  help: HELP,
  options: {
    ...Object.fromEntries(TEXTS.map((name) => [name, { type: "string" } as const])),
    interval: { type: "string", multiple: true },
    details: { type: "boolean" },
    json: { type: "boolean" },
  },
  run: plan,
});
