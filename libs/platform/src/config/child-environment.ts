/**
 * childEnvironment: our own environment with some variables added or replaced, for a process that we start. Addresses and secrets travel
 * this way, since a command line is visible to every user of the machine.
 */
export const childEnvironment = (
  variables: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv => ({ ...env, ...variables });
