import { once } from "node:events";
import { createServer } from "node:http";
import { text as textOf } from "node:stream/consumers";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { openInfluxSinks } from "./sinks.ts";

interface Posted {
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly lines: readonly string[];
}

let posted: Posted[];
let status: number;
const server = createServer((request, response) => {
  void textOf(request).then((body) => {
    posted.push({ url: request.url, token: request.headers.authorization, lines: body.split("\n") });
    response.writeHead(status).end(status === 204 ? "" : '{"message":"unable to parse"}');
  });
});
let url: string;

beforeEach(async () => {
  [posted, status] = [[], 204];
  await once(server.listen(0, "127.0.0.1"), "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2/write?org=o&bucket=b`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const trade = (id: string) => ({
  id,
  symbol: "BRK B,=",
  eventTimeMs: epochMs(1_000),
  price: { units: 5, scale: 1 },
  size: { units: 3, scale: 0 },
});

describe("the InfluxDB sink", () => {
  test("posts trades with nanoseconds and the token, tags escaped, no tag of a trade's own", async () => {
    await openInfluxSinks({ url, token: "secret" }).put([trade("a:1")]);
    expect(posted).toEqual([
      {
        url: "/api/v2/write?org=o&bucket=b&precision=ns",
        token: "Token secret",
        lines: [expect.stringMatching(/^trades,symbol=BRK\\ B\\,\\= price=0\.5,size=3,id="a:1" 1000\d{6}$/)],
      },
    ]);
  });

  test("posts 5,000 lines at most at once, and nothing for nothing", async () => {
    const sinks = openInfluxSinks({ url });
    await sinks.put([]);
    await sinks.put(Array.from({ length: 5_001 }, (_, i) => trade(`a:${i}`)));
    expect(posted.map(({ token, lines }) => [token, lines.length])).toEqual([
      [undefined, 5_000],
      [undefined, 1],
    ]);
  });

  test("rejects with a code when lines are not taken", async () => {
    status = 400;
    await expect(openInfluxSinks({ url }).put([trade("a:1")])).rejects.toMatchObject({
      code: "TAPE_STORE_UNAVAILABLE",
      message: expect.stringContaining('400 {"message":"unable to parse"}'),
    });
  });
});
