/** registryLock: the lock that everyone holds who changes registry documents of a project, whichever app it is: a check may look at several of them. */
export const registryLock = (project: string): string => `registry/${project}`;

/** channelSecretPlace: where a channel's secret is sealed for; it opens for this channel of this project alone. */
export const channelSecretPlace = (project: string, channel: string) => ({
  purpose: 'channel-secret',
  context: `${project}/channel/${channel}`,
});

/** PAGE_LINK: purpose of a signed link in a message; it opens the page that it was signed for, read-only, until it expires. */
export const PAGE_LINK = 'page';

/** alertPagePath: where the page of an alert is served. */
export const alertPagePath = (project: string, alertId: string): string =>
  `/alerts/${encodeURIComponent(project)}/${encodeURIComponent(alertId)}`;

/** modelPagePath: where the page of a model is served. */
export const modelPagePath = (project: string, model: string): string =>
  `/models/${encodeURIComponent(project)}/${encodeURIComponent(model)}`;

/** erasurePlace: where the selector of an erasure is sealed for until the erasure is done. */
export const erasurePlace = (project: string, erasure: string) => ({
  purpose: 'erasure',
  context: `${project}/erasure/${erasure}`,
});
/** INSTANCE: the project of keys that may act in every project. */
export const INSTANCE = '*';
