import type { AuditReport, Gap, TargetReport, ViewReport } from '../../core/audit/audit-report';
import { cellOf, clock, explainGap, headline, nameOf } from './audit-text';

/** More timelines than that nobody reads, and no browser likes; --json has all. */
const TIMELINES = 200;

const WIDTH = 1000;
const LABELS = 150;
const ROW = 26;
const BAR = 12;
const AXIS = 24;
/** Half as wide as 00:00:00 is written: the last one must not be cut off. */
const HALF_A_TICK = 28;
/** A gap of one second in a day would be a hundredth of a pixel wide. */
const MIN_WIDTH = 3;

/** One file that needs nothing else: verdict, table, and a timeline for each target with a gap, or for all if few. */
export function renderAuditHtml(report: AuditReport): string {
  const bad = report.targets.filter((t) => t.verdict !== 'whole');
  const whole = report.targets.filter((t) => t.verdict === 'whole');
  const timelines = [...bad, ...whole].slice(0, TIMELINES);
  const left = report.targets.length - timelines.length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(headline(report))}</title>
<style>${STYLE}</style>
</head>
<body>
<svg width="0" height="0" aria-hidden="true"><defs>${HATCH}</defs></svg>
<h1 class="${report.verdict}">${escape(headline(report))}</h1>
<p>${clock(report.from, true)} to ${clock(report.to, true)} UTC</p>
${list(report.notes.map((note) => `<strong>${escape(note)}</strong>`))}
${LEGEND}
${table(report.targets)}
${timelines.map((target) => section(target, report)).join('\n')}
${left > 0 ? `<p>${left} more targets: see the JSON.</p>` : ''}
</body>
</html>
`;
}

function table(targets: readonly TargetReport[]): string {
  if (targets.length === 0) return '';
  const views = [...targets[0]!.replicas, targets[0]!.deduplicated].map((v) => `<th>${escape(v.view)}</th>`);
  const rows = targets.map(
    (t) =>
      `<tr class="${t.verdict}"><td>${MARK[t.verdict]}</td><td>${escape(nameOf(t))}</td><td>${t.intervalMs / 1000} s</td>` +
      `<td>${t.deduplicated.expected}</td>${[...t.replicas, t.deduplicated].map((v) => `<td>${cellOf(v)}</td>`).join('')}</tr>`,
  );
  return `<table><tr><th></th><th>target</th><th>every</th><th>expected</th>${views.join('')}</tr>
${rows.join('\n')}
</table>`;
}

const MARK = { gaps: '✗', hidden: '~', whole: '✓' } as const;

function section(target: TargetReport, report: AuditReport): string {
  const views = [...target.replicas, target.deduplicated];
  const gaps = [target.deduplicated, ...target.replicas].flatMap((view) =>
    view.gaps.map(
      (gap) =>
        `${clock(gap.from)} – ${clock(gap.to)} <b>${escape(view.view)}</b>: ${escape(explainGap(view, gap, target, report))}`,
    ),
  );
  const life = [
    target.appeared ? `a target since ${clock(target.from)}` : '',
    target.vanished ? `a target until ${clock(target.to)}` : '',
    ...target.absences.map(({ from, to }) => `no target from ${clock(from)} to ${clock(to)}`),
  ].filter((s) => s !== '');
  return `<section><h2 class="${target.verdict}">${MARK[target.verdict]} ${escape(nameOf(target))}</h2>
${life.length > 0 ? `<p>${life.join(', ')}</p>` : ''}
${timeline(target, views, report)}
${list(gaps)}</section>`;
}

function timeline(target: TargetReport, views: readonly ViewReport[], report: AuditReport): string {
  const { from, to } = report;
  const x = (at: number): number => LABELS + ((at - from) / (to - from)) * (WIDTH - LABELS);
  const height = views.length * ROW + AXIS;
  const rows = views.map((view, i) => {
    const y = i * ROW + (ROW - BAR) / 2;
    const start = x(target.from);
    const bar = rect('bar', start, y, x(target.to) - start, BAR, `${view.view}: ${cellOf(view)} of ${view.expected}`);
    return [
      `<text x="${LABELS - 8}" y="${i * ROW + ROW / 2}" class="name">${escape(view.view)}</text>`,
      bar,
      ...target.absences.map(({ from, to: until }) =>
        rect('absent', x(from), y, x(until) - x(from), BAR, `no target from ${clock(from)} to ${clock(until)}`),
      ),
      ...view.gaps.map((gap) => gapMark(gap, view, target, report, x, i * ROW)),
    ].join('');
  });
  const ticks = axis(from, to).map(
    (at) =>
      `<line x1="${px(x(at))}" x2="${px(x(at))}" y1="0" y2="${height - AXIS}" class="grid"/>` +
      `<text x="${px(Math.min(x(at), WIDTH - HALF_A_TICK))}" y="${height - AXIS + 16}" class="tick">${clock(at).slice(0, 8)}</text>`,
  );
  const label = `${nameOf(target)}: ${views.map((v) => `${v.view} misses ${v.missing}`).join(', ')}`;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(label)}">${ticks.join('')}${rows.join('')}</svg>`;
}

/**
 * What a query does not see is taller than the bar and solid, what one replica lacks hollow and hatched: no colour is
 * needed to tell them apart.
 */
function gapMark(
  gap: Gap,
  view: ViewReport,
  target: TargetReport,
  report: AuditReport,
  x: (at: number) => number,
  top: number,
): string {
  const lost = view === target.deduplicated;
  const width = Math.max(MIN_WIDTH, x(gap.to) - x(gap.from));
  const title = `${view.view}: ${clock(gap.from)} – ${clock(gap.to)} UTC, ${explainGap(view, gap, target, report)}`;
  return lost
    ? rect('lost', x(gap.from), top + 2, width, ROW - 4, title)
    : rect('hidden', x(gap.from), top + (ROW - BAR) / 2, width, BAR, title);
}

function rect(kind: string, x: number, y: number, width: number, height: number, title: string): string {
  return (
    `<rect class="${kind}" x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}">` +
    `<title>${escape(title)}</title></rect>`
  );
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12, 24].map((n) => n * HOUR),
];

/** Round moments, at most ten or so. */
export function axis(from: number, to: number): number[] {
  const step = STEPS.find((s) => (to - from) / s <= 10) ?? Math.ceil((to - from) / (10 * 24 * HOUR)) * 24 * HOUR;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step);
}

const px = (value: number): string => String(Math.round(value * 10) / 10);
const list = (items: readonly string[]): string =>
  items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

/** Blue and vermilion: apart for every kind of colour vision, and in both schemes at 4.5:1 or more. */
const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1b1b;--soft:#5f5f5f;--line:#dcdcdc;--there:#0072b2;--lost:#c44600}
@media(prefers-color-scheme:dark){:root{--bg:#15171a;--fg:#eceff1;--soft:#a4acb3;--line:#33383d;--there:#56b4e9;--lost:#ff8c42}}
body{background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;line-height:1.3}h2{font-size:1.05rem;margin:2rem 0 .3rem}
h1.gaps,h2.gaps,tr.gaps td{color:var(--lost);font-weight:600}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
td,th{padding:.15rem .8rem;text-align:right;border-bottom:1px solid var(--line)}
td:nth-child(2),th:nth-child(2){text-align:left}
svg{width:100%;height:auto;display:block}svg[width="0"]{width:0}svg.key{width:28px;display:inline;vertical-align:middle}
.bar{fill:var(--there)}.absent{fill:var(--bg)}.lost{fill:var(--lost)}.hidden{fill:url(#hatch);stroke:var(--there);stroke-width:1}
.hatchbg{fill:var(--bg)}.hatch{stroke:var(--there);stroke-width:1.5}
.grid{stroke:var(--line)}.name{fill:var(--fg);font-size:13px;text-anchor:end;dominant-baseline:middle}
.tick{fill:var(--soft);font-size:12px;text-anchor:middle}li{font-variant-numeric:tabular-nums}
`;

const HATCH =
  '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
  '<rect class="hatchbg" width="5" height="5"/><line class="hatch" x1="0" y1="0" x2="0" y2="5"/></pattern>';

const key = (kind: string): string =>
  `<svg class="key" viewBox="0 0 28 16"><rect class="${kind}" x="1" y="2" width="26" height="12"/></svg>`;
const LEGEND = `<p>${key('bar')} samples are there ${key('hidden')} missing in one replica ${key('lost')} missing in what a query sees</p>`;
