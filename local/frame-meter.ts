/**
 * Tells from the bytes of a client's side of a socket whether it sent a frame whose payload is longer than `maxBytes`.
 *
 *     frame = flags:1  (mask:1bit length:7bit):1  [length:2 if 126 | length:8 if 127]  [mask key:4]  payload
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
export class FrameMeter {
  readonly #maxBytes: number;
  readonly #header: number[] = [];
  #payloadLeft = 0;
  #hasExceeded = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** A frame was too long. Stays true. */
  get hasExceeded(): boolean {
    return this.#hasExceeded;
  }

  /** Takes the next bytes of the stream. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#hasExceeded;) {
      if (this.#payloadLeft > 0) {
        const passed = Math.min(this.#payloadLeft, bytes.length - at);
        this.#payloadLeft -= passed;
        at += passed;
      } else {
        this.#header.push(bytes[at] ?? 0);
        at += 1;
        if (this.#header.length === headerBytes(this.#header)) this.#beginPayload();
      }
    }
  }

  #beginPayload(): void {
    const short = (this.#header[1] ?? 0) & 0x7f;
    const lengthBytes = short < 126 ? [short] : this.#header.slice(2, short === 126 ? 4 : 10);
    this.#payloadLeft = lengthBytes.reduce((length, byte) => length * 256 + byte, 0);
    this.#hasExceeded = this.#payloadLeft > this.#maxBytes;
    this.#header.length = 0;
  }
}

/** How long a header is, as far as its first bytes tell. */
const headerBytes = ([, second]: readonly number[]): number => {
  if (second === undefined) return 2;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  return 2 + lengthBytes + (second >= 0x80 ? 4 : 0);
};
