/** registryLock: the lock that everyone holds who changes registry documents of a project, whichever app it is: a check may look at several of them. */
export const registryLock = (project: string): string => `registry/${project}`;

/** channelSecretPlace: where a channel's secret is sealed for; it opens for this channel of this project alone. */
export const channelSecretPlace = (project: string, channel: string) => ({
  purpose: 'channel-secret',
  context: `${project}/channel/${channel}`,
});
