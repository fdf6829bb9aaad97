import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { promisify } from "node:util";
import { PipelineError } from "#core/errors.ts";
import type { Figure } from "./figure.ts";

/** What `--json` writes. */
export interface Report {
  /** Cores, their kind, memory, system. */
  readonly machine: string;
  readonly node: string;
  /** ISO 8601. */
  readonly date: string;
  /** Short hash, with a plus when files had changed since; `unknown` outside a repository. */
  readonly commit: string;
  readonly results: readonly Figure[];
}

/** Where these figures come from. */
export const originOf = async (): Promise<Omit<Report, "results">> => ({
  machine:
    `${availableParallelism()} cores ${cpus()[0]?.model.trim() ?? "unknown"}, ` +
    `${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}`,
  node: process.version,
  date: new Date().toISOString(),
  commit: await commit(),
});

const commit = async (): Promise<string> => {
  const root = new URL("..", import.meta.url);
  try {
    const { stdout } = await promisify(execFile)("git", ["describe", "--always", "--exclude=*", "--dirty=+"], {
      cwd: root,
    });
    return stdout.trim();
  } catch (error) {
    // No git, or no repository.
    if (error instanceof Error && "code" in error) return "unknown";
    throw error;
  }
};

/** The medians of a report's figures. */
export interface Medians {
  /** Undefined when the report has no such figure. */
  of(figure: Figure): number | undefined;
}

/** @throws PipelineError TAPE_FILE_UNREADABLE unless the file holds what `--json` writes. */
export const readMedians = async (path: string): Promise<Medians> => {
  const figures = figuresOf(await readText(path));
  if (figures === undefined)
    throw new PipelineError("TAPE_FILE_UNREADABLE", `--compare must name a file that --json wrote, was ${path}`);
  const medians = new Map(figures.map((figure) => [keyOf(figure), figure.median]));
  return { of: (figure) => medians.get(keyOf(figure)) };
};

const keyOf = (figure: Figure): string => `${figure.name} ${figure.case} ${figure.unit}`;

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new PipelineError("TAPE_FILE_UNREADABLE", `--compare must name a file that can be read, was ${path}`, {
      cause,
    });
  }
};

const figuresOf = (text: string): readonly Figure[] | undefined => {
  try {
    const { results } = JSON.parse(text) as Partial<Report>;
    return Array.isArray(results) && results.every(isFigure) ? results : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
};

const isFigure = (value: unknown): value is Figure =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  "case" in value &&
  "unit" in value &&
  "median" in value &&
  typeof value.median === "number";
