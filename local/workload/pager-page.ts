import { z } from 'zod';

/** A notification as a person reads it. What has not the form of an Alertmanager's webhook is shown as it came. */
const payload = z.object({
  receiver: z.string().default('?'),
  externalURL: z.string().default(''),
  alerts: z.array(
    z.object({
      status: z.string(),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

export interface Kept {
  /** ISO 8601. */
  readonly receivedAt: string;
  readonly source: string;
  readonly payload: unknown;
}

const MOST = 200;

/** Newest first; the page renews itself. */
export function renderPages(notifications: readonly Kept[]): string {
  const rows = notifications.slice(-MOST).reverse().flatMap(rowsOf);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Pager</title>
<style>body{font:15px/1.4 system-ui,sans-serif;margin:2rem;color-scheme:light dark}
table{border-collapse:collapse}td,th{text-align:left;padding:.2rem .8rem;border-bottom:1px solid #8884}
.firing{color:#c44600;font-weight:600}.resolved{color:#1a7f37}small{opacity:.7}</style></head>
<body><h1>Notifications</h1>
<p>What the system's Alertmanagers sent; the oracle's and the plain pair's, with which drills compare, are marked.
As JSON: <code>curl</code> this address, narrowed by <code>?source=default&amp;since=&lt;ISO time&gt;</code>.</p>
${rows.length === 0 ? '<p>Nobody was paged yet.</p>' : `<table><tr><th>at (UTC)</th><th>sent by</th><th>to</th><th></th><th>alert</th><th>says</th></tr>\n${rows.join('\n')}\n</table>`}
</body></html>
`;
}

function rowsOf({ receivedAt, source, payload: raw }: Kept): string[] {
  const at = receivedAt.slice(11, 23);
  const parsed = payload.safeParse(raw);
  if (!parsed.success) return [`<tr><td>${escape(at)}</td><td colspan="5">${escape(JSON.stringify(raw))}</td></tr>`];
  const { receiver, externalURL, alerts } = parsed.data;
  const by = `${host(externalURL)}${source === 'default' ? '' : ` <small>(${escape(source)})</small>`}`;
  return alerts.map(({ status, labels, annotations }) => {
    const { alertname = '?', ...rest } = labels;
    const more = Object.entries(rest).map(([name, value]) => `${name}=${value}`);
    return (
      `<tr><td>${escape(at)}</td><td>${by}</td><td>${escape(receiver)}</td>` +
      `<td class="${status === 'firing' ? 'firing' : 'resolved'}">${escape(status)}</td>` +
      `<td>${escape(alertname)}<br><small>${escape(more.join(' '))}</small></td><td>${escape(annotations.summary ?? '')}</td></tr>`
    );
  });
}

const host = (url: string): string => escape(URL.canParse(url) ? new URL(url).host : url);

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
