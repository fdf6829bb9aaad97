/**
 * CPU comes with memory: so many MB are one vCPU. JavaScript runs on one thread, and gains nothing beyond it.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const VCPU_MIB = 1_769;

/** An invocation's records, as JSON with base64, are at most so long. Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html */
export const PAYLOAD_BYTES = 6_000_000;

/** What a record adds to its base64 in an event. */
export const ENVELOPE_BYTES = 550;

/** A shard is polled about so often where its consumer is not behind. Source: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export const POLLS_PER_SECOND = 1;

/** One function at work, while trades flow unless it says otherwise. */
export interface FunctionPlan {
  readonly memoryMiB: number;
  /** Invocations under way at once, at most. */
  readonly concurrency: number;
  readonly invocationsPerSecond: number;
  /** Seconds of billed duration per second, all invocations together. */
  readonly busySeconds: number;
}

/** What a function's one thread gets of a vCPU. */
export const vcpuOf = (memoryMiB: number): number => Math.min(1, memoryMiB / VCPU_MIB);

/** A whole vCPU, in memory. */
export const WHOLE_VCPU_MIB = VCPU_MIB;
