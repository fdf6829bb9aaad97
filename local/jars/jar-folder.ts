import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { PipelineError } from "#core/errors.ts";

const run = promisify(execFile);

/** What Maven fetches: one artifact and all that it depends on. */
export interface JarSet {
  /** Also the folder's name. */
  readonly name: string;
  /** `group:artifact:version` each. */
  readonly artifacts: readonly string[];
}

export interface JarFolderOptions {
  /** Where folders of jars are kept from one run to the next. @default ~/.cache/tapestream/jars */
  readonly cacheDir?: string;
  /** Told before something that takes long. */
  readonly progress?: (what: string) => void;
  /** Ends a fetch or a start that is under way; it then rejects. @default never */
  readonly signal?: AbortSignal | undefined;
}

const LONGEST_FETCH_MS = 10 * 60_000;
const MIN_JAVA = 17;

/**
 * The folder that holds the jars of a set, fetched by Maven unless an earlier run did.
 * @throws PipelineError TAPE_ENGINE_UNAVAILABLE when there is no Java 17, no Maven, or no way to its repository.
 */
export const jarFolder = async (set: JarSet, options: JarFolderOptions = {}): Promise<string> => {
  await mustHaveJava();
  const dir = join(options.cacheDir ?? join(homedir(), ".cache/tapestream/jars"), set.name);
  if (await isFolder(dir)) return dir;
  options.progress?.(`fetching ${set.name} by Maven, once`);
  await mkdir(dirname(dir), { recursive: true });
  const work = await mkdtemp(`${dir}-`);
  try {
    await writeFile(join(work, "pom.xml"), pomOf(set));
    const jars = join(work, "jars");
    await maven(
      ["-q", "-B", "-f", join(work, "pom.xml"), "dependency:copy-dependencies", `-DoutputDirectory=${jars}`],
      options.signal,
    );
    // Whole or not at all: another process may be fetching the same.
    await rename(jars, dir).catch(async (error: unknown) => {
      if (!(await isFolder(dir))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return dir;
};

const mustHaveJava = async (): Promise<void> => {
  const said = await run("java", ["-version"]).then(
    ({ stderr }) => stderr,
    () => "no java on the PATH",
  );
  const version = Number(/version "(\d+)/.exec(said)?.[1] ?? 0);
  if (version < MIN_JAVA)
    throw unavailable(`Java must be ${MIN_JAVA} or later, was: ${said.split("\n")[0]}; install a JRE, or use docker`);
};

const maven = async (args: readonly string[], signal: AbortSignal | undefined): Promise<void> => {
  try {
    await run("mvn", [...args], { timeout: LONGEST_FETCH_MS, signal });
  } catch (cause) {
    const { code, stdout = "" } = cause as { readonly code?: unknown; readonly stdout?: string };
    const fault = code === "ENOENT" ? "no mvn on the PATH" : (/\[ERROR\] (.*)/.exec(stdout)?.[1] ?? String(cause));
    throw unavailable(`Maven must fetch the engine's jars, but: ${fault}`, cause);
  }
};

const unavailable = (message: string, cause?: unknown): PipelineError =>
  new PipelineError("TAPE_ENGINE_UNAVAILABLE", message, { cause });

const isFolder = (dir: string): Promise<boolean> =>
  stat(dir).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

const pomOf = ({ name, artifacts }: JarSet): string => {
  const dependencies = artifacts.map((artifact) => {
    const [group, id, version] = artifact.split(":");
    return `<dependency><groupId>${group}</groupId><artifactId>${id}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tapestream</groupId><artifactId>${name}</artifactId><version>1</version>
  <dependencies>${dependencies.join("")}</dependencies>
</project>
`;
};
