// An Ed25519 key as Multikey text.

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Returns `z6Mk...` of 32 bytes. */
export const toMultikey = (raw) => {
  let number = [0xed, 0x01, ...raw].reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = "";
  while (number) {
    text = ALPHABET[Number(number % 58n)] + text;
    number /= 58n;
  }
  return `z${text}`;
};
