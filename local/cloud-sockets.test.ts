import { once } from "node:events";
import { describe, expect, test } from "vitest";
import WebSocket from "ws";
import { openLocalCloud, type CloudEvent } from "./cloud.ts";
import { functionResource, roleResource, writeAssembly, type FixtureStack } from "./fixtures/assembly.ts";

/** A WebSocket API as CDK writes it, with one function per route. */
const socketStack: FixtureStack = {
  name: "Edge",
  assets: ["socket", "tool"],
  resources: {
    Role: roleResource,
    Api: {
      Type: "AWS::ApiGatewayV2::Api",
      Properties: { Name: "edge", ProtocolType: "WEBSOCKET", RouteSelectionExpression: "$request.body.action" },
    },
    Stage: { Type: "AWS::ApiGatewayV2::Stage", Properties: { ApiId: { Ref: "Api" }, StageName: "live" } },
    ...Object.fromEntries(
      (["connect", "disconnect", "message"] as const).flatMap((name) => [
        [`${name}Function`, functionResource("socket", { Handler: `index.${name}` })],
        [
          `${name}Integration`,
          {
            Type: "AWS::ApiGatewayV2::Integration",
            Properties: {
              ApiId: { Ref: "Api" },
              IntegrationType: "AWS_PROXY",
              IntegrationUri: {
                "Fn::Sub": `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${name}Function.Arn}/invocations`,
              },
            },
          },
        ],
        [
          `${name}Route`,
          {
            Type: "AWS::ApiGatewayV2::Route",
            Properties: {
              ApiId: { Ref: "Api" },
              RouteKey: name === "message" ? "$default" : `$${name}`,
              Target: { "Fn::Join": ["", ["integrations/", { Ref: `${name}Integration` }]] },
            },
          },
        ],
      ]),
    ),
    Tool: functionResource("tool"),
    Often: {
      Type: "AWS::Scheduler::Schedule",
      Properties: {
        ScheduleExpression: "rate(1 hour)",
        Target: { Arn: { "Fn::GetAtt": ["Tool", "Arn"] }, Input: '{"from":"schedule"}' },
      },
    },
  },
};

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe("a local cloud with a WebSocket API and a schedule", () => {
  test("runs the routes' functions, which post back through @connections, and the schedule at once", async () => {
    await using assembly = await writeAssembly([socketStack]);
    const events: CloudEvent[] = [];
    await using cloud = await openLocalCloud({ assemblyDir: assembly.dir, onEvent: (event) => events.push(event) });
    expect(cloud.webSocketUrl).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/live$/);
    const refused = new WebSocket(`${cloud.webSocketUrl}?name=mallory`);
    const [error] = (await once(refused, "error")) as [Error];
    expect(error.message).toBe("Unexpected server response: 401");
    const socket = new WebSocket(cloud.webSocketUrl ?? "");
    await once(socket, "open");
    const answer = once(socket, "message") as Promise<[Buffer]>;
    socket.send(JSON.stringify({ action: "talk", text: "hi" }));
    const said = JSON.parse((await answer)[0].toString()) as { readonly connectionId: string };
    expect(said).toMatchObject({ routeKey: "$default", said: "hi" });
    socket.close();
    const left = JSON.stringify({ left: said.connectionId, disconnectStatusCode: 1005 });
    await until(() => events.some((event) => event.kind === "logged" && event.line === left));
    await until(() => events.some((event) => event.kind === "invoked" && event.functionName === "Edge-Tool"));
  });

  test("closes its sockets and ends its processes when it is disposed", async () => {
    await using assembly = await writeAssembly([socketStack]);
    const cloud = await openLocalCloud({ assemblyDir: assembly.dir, schedules: false });
    const socket = new WebSocket(cloud.webSocketUrl ?? "");
    await once(socket, "open");
    const { pid } = (await cloud.invoke("Edge-Tool", {})) as { readonly pid: number };
    const closed = once(socket, "close") as Promise<[number]>;
    await cloud[Symbol.asyncDispose]();
    expect((await closed)[0]).toBe(1001);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    await expect(fetch(cloud.environment["AWS_ENDPOINT_URL_KINESIS"] ?? "")).rejects.toThrow("fetch failed");
  });

  test("rejects a port that is taken", async () => {
    await using assembly = await writeAssembly([socketStack]);
    await using cloud = await openLocalCloud({ assemblyDir: assembly.dir, schedules: false });
    const port = Number(new URL(cloud.webSocketUrl ?? "").port);
    await expect(openLocalCloud({ assemblyDir: assembly.dir, port })).rejects.toMatchObject({
      code: "TAPE_PORT_IN_USE",
    });
  });
});
