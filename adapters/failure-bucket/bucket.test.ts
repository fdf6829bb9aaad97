import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { failedBatchStoreContract } from "#core/ports/failed-batch-store.contract.ts";
import { openFailedBatchBucket } from "./bucket.ts";
import { invocationRecordText } from "./fixture.ts";

/** The five operations on the objects of one bucket that are asked for; pages hold one key. */
const openObjects = async () => {
  const objects = new Map<string, string>();
  let isDeleting = true;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? "", "http://localhost");
    const key = decodeURIComponent(url.pathname).split("/").slice(2).join("/");
    const source = request.headers["x-amz-copy-source"];
    if (request.method === "GET" && url.searchParams.get("list-type") === "2") {
      const [prefix, after] = [url.searchParams.get("prefix")!, url.searchParams.get("continuation-token") ?? ""];
      const keys = [...objects.keys()].filter((name) => name.startsWith(prefix) && name > after).toSorted();
      const next = keys.length > 1 ? `<NextContinuationToken>${keys[0]}</NextContinuationToken>` : "";
      const contents = keys.slice(0, 1).map((name) => `<Contents><Key>${name}</Key></Contents>`);
      response.end(`<ListBucketResult>${contents.join("")}${next}</ListBucketResult>`);
    } else if (request.method === "DELETE") {
      if (isDeleting) objects.delete(key);
      response.writeHead(204).end();
    } else {
      const from = typeof source === "string" ? decodeURIComponent(source).split("/").slice(1).join("/") : key;
      const text = objects.get(from);
      if (text === undefined)
        response.writeHead(404).end("<Error><Code>NoSuchKey</Code><Message>none</Message></Error>");
      else if (request.method === "PUT") {
        objects.set(key, text);
        response.end("<CopyObjectResult></CopyObjectResult>");
      } else response.end(text);
    }
  };
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return {
    objects,
    store: openFailedBatchBucket({ bucket: "failures", client }),
    /** From here on deletes are acknowledged, and not done. */
    keep: () => (isDeleting = false),
    end: async (): Promise<void> => {
      client.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
};

failedBatchStoreContract("bucket", async () => {
  const { objects, store, end } = await openObjects();
  return {
    store,
    fail: async (key, batch) => void objects.set(key, invocationRecordText(batch)),
    spoil: async (key) => void objects.set(key, "{}"),
    [Symbol.asyncDispose]: end,
  };
});

test("a batch that was copied and not yet deleted is done", async () => {
  const { objects, store, keep, end } = await openObjects();
  keep();
  objects.set("aws/lambda/m/0/1", "{}");
  await store.finish("aws/lambda/m/0/1");
  expect([...objects.keys()]).toEqual(["aws/lambda/m/0/1", "redriven/aws/lambda/m/0/1"]);
  expect([await store.list("waiting"), await store.list("done")]).toEqual([[], ["aws/lambda/m/0/1"]]);
  await end();
});

test("a bucket that cannot be asked is a store that is unavailable", async () => {
  const { store, end } = await openObjects();
  await end();
  await expect(store.list("done")).rejects.toMatchObject({ code: "TAPE_STORE_UNAVAILABLE" });
});
