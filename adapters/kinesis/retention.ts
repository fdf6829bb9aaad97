import { DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import { durationMs, type DurationMs } from "#core/units.ts";
import { openStream, type KinesisOptions } from "./client.ts";

const HOUR_MS = 3_600_000;

/** How long a stream keeps its records by now. @throws PipelineError TAPE_STREAM_UNAVAILABLE */
export const readRetention = async (options: KinesisOptions): Promise<DurationMs> => {
  await using stream = openStream(options);
  const command = new DescribeStreamSummaryCommand({ StreamName: stream.name });
  const { StreamDescriptionSummary } = await stream.ask((client) => client.send(command));
  return durationMs((StreamDescriptionSummary?.RetentionPeriodHours ?? 24) * HOUR_MS);
};
