/** Buffers that are used again: to make one of 6 MB costs more than to decode into it. */
export interface EventBuffers {
  /** A buffer of `capacity` bytes or more, whatever is in it, until it is given back. */
  take(capacity: number): Buffer;
  give(buffer: Buffer): void;
}

const NONE = Buffer.alloc(0);

/** Keeps the largest buffer that was given back. */
export const createEventBuffers = (): EventBuffers => {
  let spare: Buffer = NONE;
  return {
    take: (capacity) => {
      const buffer = spare.length < capacity ? Buffer.allocUnsafeSlow(capacity) : spare;
      if (buffer === spare) spare = NONE;
      return buffer;
    },
    give: (buffer) => {
      if (buffer.length > spare.length) spare = buffer;
    },
  };
};
