type Parts = { date: string; time: string };

const formatter = (timeZone: string): Intl.DateTimeFormat => {
  const options: Intl.DateTimeFormatOptions = {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  };
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
  }
};

const partsOf = (iso: string, format: Intl.DateTimeFormat): Parts | undefined => {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return undefined;
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  return {
    date: [parts['day'], parts['month'], parts['year']].join(' '),
    time: [parts['hour'], parts['minute']].join(':'),
  };
};

/** formatTime: a moment in a time zone: `3 May 2001, 14:00`; the text itself if it is no time. */
export const formatTime = (iso: string, timeZone: string): string => {
  const parts = partsOf(iso, formatter(timeZone));
  return parts === undefined ? iso : `${parts.date}, ${parts.time}`;
};

/** formatWindow: a closed-open window in its time zone; whole days without hours: `3 May 2001 (America/New_York)`. */
export const formatWindow = ({
  start,
  end,
  timeZone,
}: {
  start: string;
  end: string;
  timeZone: string;
}): string => {
  const format = formatter(timeZone);
  const zone = format.resolvedOptions().timeZone;
  const [from, to] = [partsOf(start, format), partsOf(end, format)];
  const last = partsOf(new Date(Date.parse(end) - 1 || 0).toISOString(), format);
  if (from === undefined || to === undefined || last === undefined) return `${start} – ${end}`;
  if (from.time !== '00:00' || to.time !== '00:00') {
    return `${from.date}, ${from.time} – ${from.date === to.date ? '' : `${to.date}, `}${to.time} (${zone})`;
  }
  return from.date === last.date ? `${from.date} (${zone})` : `${from.date} – ${last.date} (${zone})`;
};
