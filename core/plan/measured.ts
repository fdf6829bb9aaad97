/**
 * What the code itself takes, as measured. CPU: `node cli/plan-measure.ts`, 2 cores AMD EPYC, Node 24, 2026-11-21, the
 * greatest of several runs beside other work, rounded up; Lambda's arm64 cores are taken to be as fast. What frames,
 * panes, rows and messages are long is held to the code by `measured.test.ts`, which also names the trades.
 */

/** A frame is at most about this long without its trades, a run of one symbol's trades, a trade, and what it says besides. */
export const FRAME_BYTES = { head: 62, run: 8.7, trade: 4.75, details: 2.2 } as const;

/** A pane in a life's state and in an update of the bars stream, at most about, with its share of the symbol. */
export const PANE_BYTES = 36;

/** What a record of the bars stream says besides panes. */
export const UPDATE_RECORD_HEAD_BYTES = 90;

/** A pane in an update of a socket, with its comma. */
export const PANE_ROW_BYTES = 262;

/** What an update message says besides panes. */
export const UPDATE_HEAD_BYTES = 330;

/** A heartbeat. */
export const HEARTBEAT_BYTES = 230;

/** A pane as DynamoDB counts it: names and values. */
export const PANE_ITEM_BYTES = 350;

/** A connection's row as DynamoDB counts it, at most about: names and values, and each symbol that it wants. */
export const CONNECTION_ROW_BYTES = { head: 120, want: 10 } as const;

/** CPU to read a trade out of a frame and fold it into two intervals. */
export const FOLD_NS = 35;

/** CPU for each pane that changes in an invocation: found, folded, put into the state and into an update. */
export const PANE_NS = 1_200;

/** CPU for each pane that a broadcaster reads and keeps the newest state of. */
export const FLUSHED_PANE_NS = 2_000;

/** CPU of a flush for each connection and each symbol that it wants: the row is read and a message found, not posted. */
export const CONNECTION_NS = { row: 11_000, want: 160 } as const;

/** CPU of one conditional put of a pane with the AWS SDK's client; any other request of a store is taken to cost as much. */
export const PUT_US = 460;

/**
 * CPU of one post to a connection with the lean client, by plain HTTP. TLS takes about a third more, see
 * docs/adr/0010-lean-posts-to-sockets.md.
 */
export const POST_US = 50;
