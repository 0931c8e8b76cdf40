/** C's arrays of strings, which ffi-rs cannot make: it does not end them with NULL. */
import { DataType, load } from 'ffi-rs';

/**
 * `char *const list[]` as execve(2) and posix_spawn(3) take it: the pointers, a NULL, then the strings, in one piece of memory.
 * Valid for as long as the buffer is referenced.
 */
export function stringList(strings: readonly string[]): Buffer {
  const texts = strings.map((text) => Buffer.from(`${text}\0`));
  const head = 8 * (strings.length + 1);
  // Not from Node's pool: memory of its own, at one address.
  const memory = Buffer.alloc(head + texts.reduce((sum, text) => sum + text.length, 0));
  const start = addressOf(memory);
  let at = head;
  texts.forEach((text, index) => {
    memory.writeBigUInt64LE(start + BigInt(at), 8 * index);
    at += text.copy(memory, at);
  });
  return memory;
}

/** Where a buffer's bytes are: memcpy(3) returns its first argument. */
function addressOf(memory: Buffer): bigint {
  const { value } = load({
    library: 'wall:c',
    funcName: 'memcpy',
    retType: DataType.BigInt,
    paramsType: [DataType.U8Array, DataType.U8Array, DataType.I32],
    paramsValue: [memory, memory, 0],
    errno: true,
  }) as unknown as { value: bigint };
  return BigInt.asUintN(64, BigInt(value));
}
