/**
 * Calls `action` for every item, at most `limit` at a time, in the items' order. The first failure is thrown when nothing
 * is in flight any more: after it no further item is taken, unless `isEachTried`, when it holds up no other item.
 */
export const concurrently = async <Item>(
  items: readonly Item[],
  limit: number,
  action: (item: Item) => Promise<void>,
  { isEachTried = false }: { readonly isEachTried?: boolean } = {},
): Promise<void> => {
  const failures: unknown[] = [];
  const queue = items.values();
  const work = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      if (failures.length > 0 && !isEachTried) return;
      try {
        await action(next.value);
      } catch (failure) {
        failures.push(failure);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  if (failures.length > 0) throw failures[0];
};
