/** CommandProblem: what the person at the keyboard can mend; shown as a sentence, without a stack. */
export class CommandProblem extends Error {
  override readonly name = 'CommandProblem';
}
