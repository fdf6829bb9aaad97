import { asciiJson } from "../ascii-json.ts";
import { packed } from "../updates.ts";

/**
 * A longer message is cut into parts of at most this many bytes.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
export const MAX_MESSAGE_BYTES = 32_768;

/** Room for the numbers of `"part":1,"parts":1`, beyond what one digit each takes. */
const NUMBER_BYTES = 8;

/**
 * Messages that together hold `rows`, in order: each is `head` with `part` (from 1), `parts` and `rows`, in ASCII, and at
 * most `maxBytes` long unless a single row is longer. At least one, so that no rows give one empty message.
 * `rows` are JSON texts in ASCII.
 */
export const splitMessages = (head: object, rows: readonly string[], maxBytes: number): readonly string[] => {
  const start = asciiJson(head).slice(0, -1);
  const around = messageText(start, 1, 1, []).length + NUMBER_BYTES;
  const groups = rows.length === 0 ? [[]] : packed(rows, maxBytes - around);
  return groups.map((group, index) => messageText(start, index + 1, groups.length, group));
};

const messageText = (start: string, part: number, parts: number, rows: readonly string[]): string =>
  `${start},"part":${part},"parts":${parts},"rows":[${rows.join(",")}]}`;
