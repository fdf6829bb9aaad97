import { access } from "node:fs/promises";
import Chromium from "@sparticuz/chromium";
import { chromium, type Browser } from "playwright-core";

const INSTALLED = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * A Chromium: the one that CHROMIUM_PATH names, else one on this machine, else the one that comes with the packages.
 * Rejects, and so fails the test, where none can run.
 */
export const openBrowser = async (): Promise<Browser> => {
  const executablePath = process.env["CHROMIUM_PATH"] ?? (await installed()) ?? (await packed());
  try {
    return await chromium.launch({ executablePath, args: FLAGS, headless: true });
  } catch (cause) {
    const message = "a Chromium must run for this test; set CHROMIUM_PATH to one that does on this machine";
    throw new Error(`${message}, tried ${executablePath}`, { cause });
  }
};

const installed = async (): Promise<string | undefined> => {
  for (const path of INSTALLED) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
};

/** Unpacked into the temporary folder at the first call. */
const packed = (): Promise<string> => Chromium.executablePath();
