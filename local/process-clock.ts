const rightNowMs = Date.now.bind(Date);
let skewMs = 0;
let isReplaced = false;

/** What time it really is, whatever the clock of this process says. */
export const rightTimeMs = (): number => rightNowMs();

/** Puts the clock of this process, `Date.now` and `new Date()`, ahead of the right time by so much; behind it when negative. */
export const skewClock = (aheadMs: number): void => {
  skewMs = aheadMs;
  if (isReplaced) return;
  isReplaced = true;
  const wrongNowMs = (): number => rightNowMs() + skewMs;
  globalThis.Date = new Proxy(Date, {
    get: (target, key, receiver): unknown => (key === "now" ? wrongNowMs : Reflect.get(target, key, receiver)),
    construct: (target, args, newTarget): object =>
      Reflect.construct(target, args.length === 0 ? [wrongNowMs()] : args, newTarget) as object,
  });
};
