/** The number of a key, from 0 by first appearance. Adds the key to `numbers` if it is new. */
export function numberIn<K>(numbers: Map<K, number>, key: K): number {
  const number = numbers.get(key) ?? numbers.size;
  numbers.set(key, number);
  return number;
}
