import { runCommand, usage, type Arguments } from "./command.ts";
import { listFailed, redriveFailedBatches } from "./rejected-batches.ts";
import { PLACE_OPTIONS, openPlace, readPlaceFlags } from "./rejected-place.ts";
import { listRejected, redriveRecords } from "./rejected-records.ts";
import { readWhole } from "./values.ts";

const HELP = `Lists what was refused as no trade, or batches that were given up, and puts back what belongs into the bars.

Usage: npm run rejected [-- flags]

  --day YYYY-MM-DD    the UTC day on which the stream took the records; may repeat
  --days N            the last N days                                                 (default: 7)
  --shard S           as listed, or its beginning; may repeat                         (default: all)
  --limit N           prints so many records, and counts the others                   (default: 50)
  --json              prints an object a line
  --redrive           puts the trades of each record that can be true by now into the stream again, each once
  --failed            means the batches in the failure bucket instead; with --redrive, what of them is lost
  --store PID         of the process whose store to read, where several run           (default: the one that started last)
  --help              shows this

On AWS, with credentials and region from the environment, and these from the stacks' outputs:

  --rejected-table NAME --checkpoints-table NAME --leases-table NAME --ticks-stream NAME [--failure-bucket NAME]
  --clock-skew-ms MS  what the app allows                                             (default: 10000)

On Kafka and Cassandra, where KAFKA_BROKERS and CASSANDRA_CONTACT_POINTS are set and no flag names another place: those of
the workers, with the other variables that these take (docs/kafka.md). Workers give no batch up, so --failed is not for them.

A trade of the future can be put again when its time has come, another one when a later version can read it. What a batch
holds that was given up is usually folded by the next one; only what expired from the stream before is lost.
`;

const rejected = async (args: Arguments): Promise<number> => {
  const place = readPlaceFlags(args);
  const days = readDays(args);
  const limit = readWhole("--limit", args.text("limit") ?? "50", 0, 999_999_999);
  const [isJson, isRedrive, isFailed] = [args.isSet("json"), args.isSet("redrive"), args.isSet("failed")];
  if (isFailed && (args.texts("day").length > 0 || args.text("days") !== undefined || args.texts("shard").length > 0))
    throw usage("--failed means all batches, and goes without --day, --days and --shard");
  await using opened = await openPlace(place, isFailed);
  const wanted = { days, shards: args.texts("shard"), limit, isJson };
  const work = isFailed ? (isRedrive ? redriveFailedBatches : listFailed) : isRedrive ? redriveRecords : listRejected;
  return await work(opened, wanted);
};

const DAY_MS = 86_400_000;

/** The days asked for, the earliest first. @throws PipelineError TAPE_USAGE */
const readDays = (args: Arguments): readonly string[] => {
  const [named, count] = [args.texts("day"), args.text("days")];
  if (named.length > 0 && count !== undefined) throw usage("--day and --days cannot go together");
  const odd = named.find((day) => !isDay(day));
  if (odd !== undefined) throw usage(`--day must be a day like 2013-10-07, was ${JSON.stringify(odd)}`);
  if (named.length > 0) return [...new Set(named)].toSorted();
  const last = readWhole("--days", count ?? "7", 1, 3_660);
  return Array.from({ length: last }, (_, i) => dayOf(Date.now() - (last - 1 - i) * DAY_MS));
};

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && dayOf(Date.parse(text)) === text;

await runCommand({
  help: HELP,
  options: {
    day: { type: "string", multiple: true },
    days: { type: "string" },
    shard: { type: "string", multiple: true },
    limit: { type: "string" },
    json: { type: "boolean" },
    redrive: { type: "boolean" },
    failed: { type: "boolean" },
    ...PLACE_OPTIONS,
  },
  run: rejected,
});
// Clients of engines may hold connections for a while.
process.stdout.write("", () => process.exit());
