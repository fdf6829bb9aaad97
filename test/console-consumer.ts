import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { inject } from "vitest";

const run = promisify(execFile);
const LONGEST_MS = 50_000;

/** The first `count` records of a topic as Kafka's own console consumer prints them. */
export const consoleConsumer = async (topic: string, count: number): Promise<readonly string[]> => {
  const { address, classPath } = inject("kafka");
  const consumer = "org.apache.kafka.tools.consumer.ConsoleConsumer";
  const args = ["--bootstrap-server", address, "--topic", topic, "--from-beginning", "--max-messages", String(count)];
  const { stdout } = await run("java", ["-XX:TieredStopAtLevel=1", "-cp", classPath, consumer, ...args], {
    timeout: LONGEST_MS,
  });
  return stdout.trimEnd().split("\n");
};
