import type { RouteSpec } from "./gateway-spec.ts";

/** What an authorizer says of a client that wants to connect. */
export type Authorization =
  /** `context` is given to every event of the connection. */
  | { readonly kind: "allowed"; readonly context: Readonly<Record<string, unknown>> | undefined }
  | { readonly kind: "refused"; readonly statusCode: 401 | 403 };

/** Decides on `$connect`, before its function runs. `event` is what the function would be given. */
export type Authorize = (route: RouteSpec, event: object) => Promise<Authorization>;

/** Lets clients in where the route asks for no authorization, and refuses them everywhere else: nobody can sign here. */
export const refuseUnlessOpen: Authorize = async ({ authorizationType }) =>
  authorizationType === "NONE" ? { kind: "allowed", context: undefined } : { kind: "refused", statusCode: 403 };
