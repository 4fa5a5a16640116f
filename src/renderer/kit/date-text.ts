/** "24 Nov 2026", in the viewer's time zone. Reports use UTC. */
export const dateText = (ms: number): string => new Date(ms).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const clockText = (ms: number): string => new Date(ms).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

/** "24 Nov 2026, 14:05", in the viewer's time zone. */
export const dateTimeText = (ms: number): string => `${dateText(ms)}, ${clockText(ms)}`;

/** "24 Nov, 14:05", without the year. */
export const shortDateTimeText = (ms: number): string =>
  `${new Date(ms).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${clockText(ms)}`;
