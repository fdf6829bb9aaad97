import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A key that anybody can read, and its certificate for 127.0.0.1: for loopback alone. */
export const LOOPBACK_KEY = new URL("./fixtures/loopback-test-key.pem", import.meta.url);
export const LOOPBACK_CERT = new URL("./fixtures/loopback-test-cert.pem", import.meta.url);

export const CLIENTS = ["lean", "sdk"] as const;

export interface FanoutOptions {
  readonly rounds: number;
  /** Posts of one client in one round. */
  readonly posts: number;
  /** Posts under way at once. */
  readonly concurrency: number;
  /** Whether posts are encrypted, as those to API Gateway are. @default true */
  readonly isTls?: boolean;
  /** @default 3100, as long as an update of 20 symbols */
  readonly messageBytes?: number;
  /** So many connections, one after another, get one text. @default 40 */
  readonly connectionsPerText?: number;
}

/** Microseconds of the client's CPU time that a post takes, a sample a round. */
export interface FanoutSamples {
  readonly leanUsPerPost: readonly number[];
  readonly sdkUsPerPost: readonly number[];
}

/** What a server's process tells. */
export interface ServerMessage {
  readonly httpPort: number;
  readonly tlsPort: number;
}

/** What a client's process is asked. */
export type ClientQuestion = Required<Omit<FanoutOptions, "isTls">> & { readonly managementEndpoint: string };

/** What it tells: microseconds per post by client. */
export type ClientMessage = Readonly<Record<(typeof CLIENTS)[number], readonly number[]>>;

/**
 * Posts to a server on loopback through the lean and the SDK's client, which take turns, round by round. Both are in one
 * process and the server in another, so that its CPU time counts for neither.
 */
export const measureFanout = async (options: FanoutOptions): Promise<FanoutSamples> => {
  const { isTls = true, messageBytes = 3_100, connectionsPerText = 40, ...rest } = options;
  await using server = openProcess("./fanout-server.ts");
  const { httpPort, tlsPort } = (await server.message()) as ServerMessage;
  const managementEndpoint = isTls ? `https://127.0.0.1:${tlsPort}/prod` : `http://127.0.0.1:${httpPort}/prod`;
  const question: ClientQuestion = { ...rest, messageBytes, connectionsPerText, managementEndpoint };
  await using client = openProcess("./fanout-client.ts", JSON.stringify(question));
  const { lean, sdk } = (await client.message()) as ClientMessage;
  return { leanUsPerPost: lean, sdkUsPerPost: sdk };
};

interface Process extends AsyncDisposable {
  /** What it tells first. @throws RangeError when it ends without a word. */
  message(): Promise<unknown>;
}

const openProcess = (file: string, ...args: readonly string[]): Process => {
  const child: ChildProcess = fork(new URL(file, import.meta.url), args, {
    env: { ...process.env, ...ENVIRONMENT },
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const ended = exited.then(([code]) => {
    throw new RangeError(`${file} must tell what it found, exited with ${String(code)}`);
  });
  return {
    message: async () => ((await Promise.race([once(child, "message"), ended])) as readonly unknown[])[0],
    [Symbol.asyncDispose]: async () => {
      ended.catch(() => {});
      if (child.connected) child.disconnect();
      await exited;
    },
  };
};

/** Credentials as long as a function's. The certificate is read as the process starts. */
const ENVIRONMENT = {
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "ASIAEXAMPLEEXAMPLE00",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00",
  AWS_SESSION_TOKEN: "IQoJb3JpZ2luX2VjE".repeat(50),
  NODE_EXTRA_CA_CERTS: fileURLToPath(LOOPBACK_CERT),
};
