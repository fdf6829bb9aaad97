import { connect } from "node:net";
import { once } from "node:events";
import { PipelineError } from "#core/errors.ts";
import type { Clock } from "#core/ports/clock.ts";
import { durationMs } from "#core/units.ts";
import type { EnginesConfig } from "#workers/engines.ts";
import { unlessStopped } from "../stop-signal.ts";

export interface AwaitOptions {
  readonly stop: AbortSignal;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** Why nobody answers at an address, undefined where somebody does. @default {@link reasonOfSilence} */
  readonly ask?: (address: string) => Promise<string | undefined>;
}

const POLL_MS = durationMs(500);
/** Who waits no longer needs no word. */
const SAY_AFTER_MS = 3_000;
const LONGEST_MS = 120_000;
const LONGEST_CONNECT_MS = 2_000;
const KAFKA_PORT = 9_092;
const CASSANDRA_PORT = 9_042;

/**
 * Resolves when an address of each engine takes connections; says for which it waits.
 * @throws PipelineError TAPE_ENGINE_UNAVAILABLE when one does not in the end, and the reason of `stop`
 */
export const untilEnginesAnswer = async (
  { brokers, contactPoints }: Pick<EnginesConfig, "brokers" | "contactPoints">,
  { stop, clock, say, ask = reasonOfSilence }: AwaitOptions,
): Promise<void> => {
  const startMs = clock.nowMs();
  const engines = [
    { name: "Kafka", addresses: brokers.map((address) => withPort(address, KAFKA_PORT)) },
    { name: "Cassandra", addresses: contactPoints.map((address) => withPort(address, CASSANDRA_PORT)) },
  ];
  for (let said = ""; ; await unlessStopped(stop, clock.sleep(POLL_MS))) {
    const silences = await unlessStopped(stop, Promise.all(engines.map((engine) => silenceOf(engine, ask))));
    const words = silences.filter((silence) => silence !== undefined).join(" and ");
    if (words === "") return;
    const waitedMs = clock.nowMs() - startMs;
    if (waitedMs >= LONGEST_MS) throw unavailable(words);
    if (waitedMs < SAY_AFTER_MS || words === said) continue;
    say(`waits for ${words}; Ctrl-C ends it`);
    said = words;
  }
};

interface Engine {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** For whom one waits and why; undefined when one of the addresses answers. */
const silenceOf = async (
  { name, addresses }: Engine,
  ask: (address: string) => Promise<string | undefined>,
): Promise<string | undefined> => {
  const reasons = await Promise.all(addresses.map(ask));
  if (reasons.includes(undefined)) return undefined;
  return `${name} at ${addresses.join(",")} (${[...new Set(reasons)].join(", ")})`;
};

/** Why nobody takes connections at `host:port`, undefined where somebody does. */
export const reasonOfSilence = async (address: string): Promise<string | undefined> => {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  const socket = connect({ host, port: Number(address.slice(colon + 1)) });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(LONGEST_CONNECT_MS) });
    return undefined;
  } catch (error) {
    return WORDS[(error as NodeJS.ErrnoException).code ?? ""] ?? String(error);
  } finally {
    socket.destroy();
  }
};

const WORDS: Readonly<Record<string, string>> = {
  ABORT_ERR: "no answer",
  ECONNREFUSED: "connection refused",
  EAI_AGAIN: "no such host",
  ENOTFOUND: "no such host",
  ETIMEDOUT: "no answer",
};

const withPort = (address: string, port: number): string => (/:\d+$/.test(address) ? address : `${address}:${port}`);

const unavailable = (words: string): PipelineError =>
  new PipelineError(
    "TAPE_ENGINE_UNAVAILABLE",
    `engines must answer within ${LONGEST_MS / 1_000} s, was waiting for ${words}: start them, or name others by ` +
      "KAFKA_BROKERS and CASSANDRA_CONTACT_POINTS",
  );
