/** What a promise rejects with, for tests of what goes wrong. */
export async function faultOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (fault) {
    if (fault instanceof Error) return fault;
    throw fault;
  }
  throw new Error('it did not fail');
}
