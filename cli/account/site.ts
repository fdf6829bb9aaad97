import { CreateInvalidationCommand } from "@aws-sdk/client-cloudfront";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import { contentTypeOf } from "#adapters/node/content-types.ts";
import { asked, type Account } from "./account.ts";

/** A file of the page as it is put into the bucket. */
export interface SiteFile {
  readonly name: string;
  readonly body: Uint8Array | string;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** A file whose name holds the hash of its content is never another. */
const HASHED = /^part-[A-Z0-9]+\.js$/;

/**
 * The files of the built page and its `config.json`, in the order in which they must appear: what a file names is there
 * before it, and the page itself comes last.
 */
export const siteFiles = async (siteDir: string, config: DashboardConfig): Promise<readonly SiteFile[]> => {
  const names = await readdir(siteDir);
  const files = names.map(async (name) => fileOf(name, await readFile(join(siteDir, name))));
  return [...(await Promise.all(files)), fileOf("config.json", JSON.stringify(config))].toSorted(
    (a, b) => rankOf(a) - rankOf(b) || (a.name < b.name ? -1 : 1),
  );
};

const fileOf = (name: string, body: Uint8Array | string): SiteFile => ({
  name,
  body,
  contentType: contentTypeOf(name),
  // Browser and CloudFront keep what has no hash, too, but ask each time whether it is still the same.
  cacheControl: HASHED.test(name) ? "public, max-age=31536000, immutable" : "no-cache",
});

const rankOf = ({ name }: SiteFile): number => (HASHED.test(name) ? 0 : name === "index.html" ? 2 : 1);

/**
 * Puts the files into the bucket one after the other. What else is there stays: a page that is open somewhere may still
 * ask for a part of the version before.
 * @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE
 */
export const putSite = async ({ s3 }: Account, bucket: string, files: readonly SiteFile[]): Promise<void> => {
  for (const { name, body, contentType, cacheControl } of files)
    await asked("S3", () =>
      s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: name,
          Body: body,
          ContentType: contentType,
          CacheControl: cacheControl,
        }),
      ),
    );
};

/** Tells CloudFront to ask for every file again; `reference` must be a fresh one. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE */
export const refreshSite = async ({ cloudFront }: Account, distribution: string, reference: string): Promise<void> => {
  const Paths = { Quantity: 1, Items: ["/*"] };
  const InvalidationBatch = { Paths, CallerReference: reference };
  const command = new CreateInvalidationCommand({ DistributionId: distribution, InvalidationBatch });
  await asked("CloudFront", () => cloudFront.send(command));
};
