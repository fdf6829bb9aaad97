/**
 * What the code itself takes, as measured. CPU: `node cli/plan-measure.ts`, 2 cores AMD EPYC, Node 24, 2026-11-21, the
 * greater of two runs, rounded up; Lambda's arm64 cores are taken to be as fast. What frames, panes and messages are long
 * is held to the code by `measured.test.ts`, which also names the trades.
 */

/** A frame is at most about this long without its trades, a run of one symbol's trades, a trade, and what it says besides. */
export const FRAME_BYTES = { head: 62, run: 8.7, trade: 4.75, details: 2.2 } as const;

/** A pane in a life's state and in an update of the bars stream, at most about, with its share of the symbol. */
export const PANE_BYTES = 40;

/** What a record of the bars stream says besides panes. */
export const UPDATE_RECORD_HEAD_BYTES = 90;

/** A pane in an update of a socket, with its comma. */
export const PANE_ROW_BYTES = 262;

/** What an update message says besides panes. */
export const UPDATE_HEAD_BYTES = 330;

/** A heartbeat. */
export const HEARTBEAT_BYTES = 200;

/** A pane as DynamoDB counts it: names and values. */
export const PANE_ITEM_BYTES = 350;

/** A subscription in the partition of its symbol, names and values. */
export const SUBSCRIPTION_ITEM_BYTES = 80;

/** A symbol among those that anybody may want, names and values. */
export const WANTED_ITEM_BYTES = 40;

/** CPU to read a trade out of a frame and fold it into two intervals. */
export const FOLD_NS = 50;

/** CPU for each pane that changes in an invocation: found, folded, put into the state and into an update. */
export const PANE_NS = 8_300;

/** CPU of one conditional put of a pane with the AWS SDK's client; any other request of a store is taken to cost as much. */
export const PUT_US = 450;

/** CPU of one post to a connection with the AWS SDK's client. */
export const POST_US = 350;
