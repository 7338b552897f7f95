/** Something the person at the keyboard can mend: its message is one sentence with what to do, shown without a stack. */
export class StackProblem extends Error {
  override readonly name = 'StackProblem';
}

/** The text of anything thrown, for messages. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
