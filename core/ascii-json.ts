/** JSON text of `value` in printable ASCII alone, so that its length is its size in bytes. */
export const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** One byte per character. @throws RangeError beyond ASCII. */
export const asciiBytes = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) throw new RangeError(`text must be ASCII, had character ${code} at ${i}`);
    bytes[i] = code;
  }
  return bytes;
};

const CHUNK_BYTES = 8_192;

/** The inverse of {@link asciiBytes}. @throws RangeError beyond ASCII. */
export const asciiText = (bytes: Uint8Array): string => {
  let text = "";
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
    const chunk = bytes.subarray(from, from + CHUNK_BYTES);
    if (chunk.some((byte) => byte > 127))
      throw new RangeError(`bytes must be ASCII, were not within ${CHUNK_BYTES} of ${from}`);
    text += String.fromCharCode(...chunk);
  }
  return text;
};
