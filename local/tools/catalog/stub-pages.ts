/**
 * The web pages of Prometheus and Alertmanager are made by npm for each release and are in no Go module. What is built
 * here serves one page instead that says so, and what works.
 */
const page = (program: string, isHealthy: readonly string[]): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${program}</title>
<body style="font-family: sans-serif; max-width: 44em; margin: 2em auto">
<h1>${program} is running</h1>
<p>This one was built from its Go module, which has no web pages. Its API is complete:</p>
<pre>${isHealthy.join('\n')}</pre>
</body>
</html>
`;

const PROMETHEUS = page('Prometheus', [
  'curl "http://$HOST/api/v1/query?query=up"',
  'curl "http://$HOST/api/v1/targets"',
  'curl "http://$HOST/api/v1/rules"',
  'curl "http://$HOST/api/v1/alerts"',
]);
const ALERTMANAGER = page('Alertmanager', [
  'curl "http://$HOST/api/v2/alerts"',
  'amtool --alertmanager.url="http://$HOST" alert',
]);

/** Files to add to a module before it is built, by path. What ends in .gz or .br is packed by whoever writes it. */
export const PROMETHEUS_PAGES: Readonly<Record<string, string>> = {
  'web/ui/embed.go': 'package ui\n\nimport "embed"\n\n//go:embed static\nvar EmbedFS embed.FS\n',
  'web/ui/static/mantine-ui/index.html': PROMETHEUS,
  'web/ui/static/react-app/index.html': PROMETHEUS,
};
export const ALERTMANAGER_PAGES: Readonly<Record<string, string>> = {
  'ui/app/dist/index.html.gz': ALERTMANAGER,
  'ui/app/dist/index.html.br': ALERTMANAGER,
};
