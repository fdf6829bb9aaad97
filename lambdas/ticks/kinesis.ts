import { openKinesisFrameStream } from "#adapters/kinesis/frame-stream.ts";
import { openKinesisShardReader } from "#adapters/kinesis/shard-reader.ts";
import type { FrameStream } from "#core/ports/frame-stream.ts";
import type { ShardReader } from "#core/ports/shard-reader.ts";
import type { Environment } from "../environment.ts";
import type { TicksPlace } from "./ticks-place.ts";

export const openFrameStream = ({ ticksStream }: TicksPlace, _env: Environment): FrameStream =>
  openKinesisFrameStream({ stream: ticksStream });

export const openShardReader = ({ ticksStream }: TicksPlace, _env: Environment): ShardReader =>
  openKinesisShardReader({ stream: ticksStream });

/** An event of Kinesis is of one shard, and goes to who folds as it is. */
export const byShard = <Handler>(aggregate: Handler): Handler => aggregate;
