/** What the person who called can mend, in one sentence: bad input or configuration. */
export class CheckProblem extends Error {
  override readonly name = 'CheckProblem';
}
