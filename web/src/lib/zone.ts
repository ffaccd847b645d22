/** Times in a zone beside UTC. */

/** `2018-04-01 08:57:49 Asia/Seoul` of a time in UTC; null where the zone is none. */
export function inZone(iso: string, zone: string): string | null {
  if (!zone) return null;
  try {
    // Swedish writes dates as ISO 8601 does.
    const text = new Date(iso.endsWith("Z") || /[+-]\d\d:\d\d$/.test(iso) ? iso : `${iso}Z`);
    return `${text.toLocaleString("sv-SE", { timeZone: zone })} ${zone}`;
  } catch {
    return null;
  }
}

/** Names of zones that this browser knows. */
export function zones(): string[] {
  return Intl.supportedValuesOf("timeZone");
}
