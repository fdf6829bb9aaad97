/** Where an observer looks. */
export interface ObserverStart {
  readonly webSocketUrl: string;
  /** The symbols of each client, one socket each. */
  readonly clients: readonly (readonly string[])[];
  readonly interval: string;
  readonly checkpointsTable: string;
  readonly ticksStream: string;
}

/** `report` tells what was seen since the last report. */
export type ObserverQuestion = "report";

export interface Observed {
  /** Milliseconds from a trade until the first update that holds it was received. */
  readonly messageMs: readonly number[];
  /** Milliseconds from a trade until the bar store held it for good: its shard's checkpoint had passed it. */
  readonly storeMs: readonly number[];
  /** Milliseconds from asking until the first message of the snapshot, of the sockets that asked meanwhile. */
  readonly snapshotMs: readonly number[];
  readonly messages: number;
  readonly bytes: number;
  readonly openSockets: number;
}
