import { extname } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

/** The media type of a file of the dashboard, by the end of its name. */
export const contentTypeOf = (name: string): string => TYPES[extname(name)] ?? "application/octet-stream";
