import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childrenOf } from "#test/child-processes.ts";
import { runCommandLine, startCommand } from "#test/command.ts";
import { until } from "#test/until.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "engines-test-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** An environment in which these programs come first, and nothing was fetched before. */
const having = async (name: string, programs: Readonly<Record<string, string>>): Promise<Record<string, string>> => {
  const dir = join(folder, name);
  await mkdir(dir);
  for (const [program, script] of Object.entries(programs)) {
    await writeFile(join(dir, program), `#!/bin/sh\n${script}\n`);
    await chmod(join(dir, program), 0o755);
  }
  const PATH = `${dir}:${process.env["PATH"]}`;
  return { PATH, HOME: dir, KAFKA_BROKERS: "", CASSANDRA_CONTACT_POINTS: "" };
};

const JAVA = `echo 'openjdk version "17.0.1"' >&2`;

test("a stop while the engines' jars are fetched ends the fetching", { timeout: 60_000 }, async () => {
  const environment = await having("fetching", { java: JAVA, mvn: "exec sleep 61" });
  const command = startCommand("start-kafka", ["--engines", "jars", "--port", "0"], { environment });
  const fetching = async () =>
    (await childrenOf(command.child.pid!)).filter((child) => child.command.includes("sleep 61"));
  await until("both must be fetched", async () => (await fetching()).length === 2);
  command.child.kill("SIGTERM");
  const { code, stderr } = await command.ended;
  expect([code, stderr]).toEqual([0, ""]);
  expect(await fetching()).toEqual([]);
});

test("rejects a port that is taken before any engine is fetched", async () => {
  const environment = await having("taken", { java: JAVA, mvn: "exit 1" });
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const args = ["--engines", "jars", "--port", String(port)];
  const { code, stdout, stderr } = await runCommandLine("start-kafka", args, { environment });
  server.close();
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(new RegExp(`^port ${port} must be free, .* \\[TAPE_PORT_IN_USE\\]\\n$`));
});

test("rejects docker that cannot start containers, in one line", async () => {
  const noCompose = `case "$1" in
    --version) echo "Docker version 28.2.2" ;;
    info) echo "Server Version: 28.2.2" ;;
    compose) echo "docker: unknown command: docker compose" >&2; exit 1 ;;
    *) echo "unknown flag: --file" >&2; exit 125 ;;
  esac`;
  const noEngine = `case "$1" in
    info) echo "Cannot connect to the Docker daemon" >&2; exit 1 ;;
    *) echo "Docker Compose version v2.40.0" ;;
  esac`;
  const cases = [
    [
      { ...(await having("no-compose", { docker: noCompose })) },
      "docker must have compose (docker compose version), has not: install the plugin, or use --engines jars",
    ],
    [
      { ...(await having("no-engine", { docker: noEngine })) },
      "docker must reach its engine (docker info), does not: start it, or use --engines jars",
    ],
    [
      { ...(await having("no-docker", {})), PATH: folder },
      "docker must be on the PATH, is not: install it, or use --engines jars",
    ],
  ] as const;
  for (const [environment, sentence] of cases)
    expect(await runCommandLine("start-kafka", ["--engines", "docker"], { environment })).toEqual({
      code: 1,
      stdout: "",
      stderr: `${sentence} [TAPE_ENGINE_UNAVAILABLE]\n`,
    });
});
