import { randomUUID } from "node:crypto";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { PipelineError } from "#core/errors.ts";
import type { FrameStream } from "#core/ports/frame-stream.ts";
import type { LeaseStore } from "#core/ports/lease-store.ts";
import { NumberedSender } from "#core/redrive/numbered-sender.ts";
import { epochMs } from "#core/units.ts";
import { sendFrames } from "#lambdas/fetcher/send-frames.ts";

const PATIENCE_MS = 60_000;

export interface SenderOptions {
  readonly leases: LeaseStore;
  readonly frames: FrameStream;
  /** Of the frames: its name. */
  readonly stream: string;
  readonly kind: "rejected" | "failed";
}

/** The only sender of that kind of work to this stream. @throws PipelineError TAPE_LEASE_LOST while there is another */
export const openSender = async <Work>({
  leases,
  frames,
  stream,
  kind,
}: SenderOptions): Promise<NumberedSender<Work> & AsyncDisposable> => {
  const sender = await NumberedSender.open<Work>({
    leases,
    clock,
    name: `redrive|${stream}|${kind}`,
    holder: randomUUID(),
    producer: randomUUID().replaceAll("-", ""),
    shardCount: frames.shardCount && (() => frames.shardCount!()),
    send: async (cut, shardCount) => {
      const deps = { stream: frames, clock, random: Math.random, shardCount };
      if (await sendFrames(deps, cut, epochMs(clock.nowMs() + PATIENCE_MS))) return;
      const message = `stream ${stream} must take frames within ${PATIENCE_MS / 1_000} s, did not`;
      throw new PipelineError("TAPE_STREAM_UNAVAILABLE", message, { retryable: true });
    },
  });
  return Object.assign(sender, { [Symbol.asyncDispose]: () => sender.close() });
};
