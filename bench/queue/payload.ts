/** What every queue is given: the same tasks. */

/** What a task is about; some hundred bytes. */
export const payload = (number: number) => ({
  number,
  text: 'Say no to a friend, in time and with a reason.',
  language: 'en',
});

/** 1 is the most urgent. */
export const priorityOf = (number: number): number => 1 + (number % 10);
