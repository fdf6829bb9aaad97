import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { execFile } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "..", path), "utf8");

test("the manifests run the image of this version", () => {
  const { version } = JSON.parse(read("package.json")) as { readonly version: string };
  expect(/newTag: (.+)/.exec(read("k8s/base/kustomization.yaml"))?.[1]).toBe(version);
});

test("the image's health check asks the port that the worker listens on", async () => {
  const [, command] = /HEALTHCHECK[^]+?CMD (\[.+\])/.exec(read("Dockerfile"))!;
  const [node, ...args] = JSON.parse(command!) as [string, ...string[]];
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    response.statusCode = asked.length === 1 ? 200 : 503;
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const HEALTH_PORT = String((server.address() as AddressInfo).port);
  const codeOf = async (): Promise<unknown> => {
    const child = execFile(node, args, { env: { ...process.env, HEALTH_PORT } });
    return (await once(child, "exit"))[0];
  };
  expect([await codeOf(), await codeOf(), asked]).toEqual([0, 1, ["/readyz", "/readyz"]]);
  server.close();
});
