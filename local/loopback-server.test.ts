import { expect, test } from "vitest";
import { openLoopbackServer } from "./loopback-server.ts";

test("a port that is taken is told in one sentence", async () => {
  const { server, host } = await openLoopbackServer(0);
  const port = Number(host.split(":")[1]);
  await expect(openLoopbackServer(port)).rejects.toMatchObject({
    code: "TAPE_PORT_IN_USE",
    message: `port ${port} must be free, but another program listens on it: stop that program or choose another port`,
  });
  server.close();
});
