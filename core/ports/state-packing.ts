/** Makes a life's state smaller on its way from batch to batch. */
export interface StatePacking {
  pack(bytes: Uint8Array): Uint8Array;

  /** What {@link pack} was given. @throws RangeError when it gave no such bytes. */
  unpack(packed: Uint8Array): Uint8Array;
}
