import { expect, test } from "vitest";
import { isQuestionDue } from "./question-pace.ts";

test("a server that answers is asked every second and a half", () => {
  expect([isQuestionDue(11_499, 10_000, 10_020), isQuestionDue(11_500, 10_000, 10_020)]).toEqual([false, true]);
});

test("a server that owes an answer is asked again only after a while, and not once more for each refresh", () => {
  const times = Array.from({ length: 60 }, (_, second) => second * 1_000);
  let askedMs = -2_000;
  const asked = times.filter((nowMs) => {
    const isDue = isQuestionDue(nowMs, askedMs, -1_000);
    if (isDue) askedMs = nowMs;
    return isDue;
  });
  expect(asked).toEqual([0, 15_000, 30_000, 45_000]);
});
