import * as fc from 'fast-check';
import { parseDuration } from '../../../lib/contract/duration';
import { readGoYaml, writeGoYaml } from '../../../lib/core/rendering/go-yaml';
import { renderFiles } from '../../../lib/core/rendering/render';
import { fillYaml } from '../../../lib/core/rendering/secrets/fill';
import { crashLoop } from '../../../lib/core/tsdb/crash-loop';
import { printable } from '../../../lib/cli/report/printable';
import { RENDER_INPUT } from '../../fixtures/render-input';
import { nastyText } from '../nasty';
import { orRefused } from '../refused';
import { textTarget, type FuzzTarget } from '../target';

const YAML_TOKENS = [
  '&a ',
  '*a',
  '<<: *a\n',
  '- ',
  '? ',
  '!!binary ',
  '|\n',
  '>-\n',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '%',
  '---\n',
  '...\n',
  '\t',
  ': ',
  '# ',
  '\u0000',
  '&b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n',
  '\n',
  '  ',
  'a: ',
  '~',
  '0x1',
  '${SECRET}',
  '\r',
  '\ufeff',
];
const PROMETHEUS = `global: &g { scrape_interval: 15s, external_labels: { a: b } }
rule_files: ["rules/*.yml"]
scrape_configs:
  - job_name: a
    static_configs: [{ targets: ['a:1', b:2] }]
    relabel_configs: [{ source_labels: [__address__], target_label: x }]
  - { job_name: prometheus, file_sd_configs: [{ files: [prometheus-ha-nodes/a.json] }] }
`;
const ALERTMANAGER = `route:
  receiver: pager # who
  routes: [{ matchers: ['a="b"'], receiver: pager }]
receivers:
  - name: pager
    webhook_configs: [{ url: 'http://x/\${SECRET}' }]
`;
const TARGETS = "- targets: ['a:1']\n  labels: { a: b }\n";
const yaml = (valid: string): fc.Arbitrary<string> => nastyText([valid], YAML_TOKENS);
const { bundle } = RENDER_INPUT;

const DURATIONS = nastyText(
  ['1h30m', '15s', '1d', '0'],
  ['1', '9999999999999999', 'h', 'm', 's', 'ms', '-', '.', ' ', 'y', 'e5'],
);

const LOG = `{"level":"ERROR","err":"opening storage failed","msg":"x"}
panic: runtime error
goroutine 1 [running]:
github.com/prometheus/prometheus/tsdb/wlog.go
`;

export const TEXT_TARGETS: readonly FuzzTarget[] = [
  textTarget('YAML', yaml(PROMETHEUS), (text) => {
    const { root } = readGoYaml(text);
    if (root !== null) writeGoYaml(root);
  }),
  textTarget('prometheus.yml', yaml(PROMETHEUS), (prometheus) => {
    orRefused(() => renderFiles({ ...RENDER_INPUT, bundle: { ...bundle, prometheus } }));
  }),
  textTarget('alertmanager.yml', yaml(ALERTMANAGER), (alertmanager) => {
    orRefused(() => renderFiles({ ...RENDER_INPUT, bundle: { ...bundle, alertmanager } }));
  }),
  textTarget('targets', yaml(TARGETS), (text) => {
    orRefused(() => renderFiles({ ...RENDER_INPUT, bundle: { ...bundle, targets: { a: text } } }));
  }),
  textTarget('values of secrets in YAML', yaml(ALERTMANAGER), (text) => {
    fillYaml(text, ['SECRET'], () => 'a"b\n: c');
  }),
  textTarget('duration', DURATIONS, (text) => {
    const ms = parseDuration(text);
    if (ms !== null && !(ms >= 0)) throw new Error(`${ms} ms`);
  }),
  textTarget('log of Prometheus', nastyText([LOG], ['\npanic: ', '{', '"', '\n', '/tsdb/', '"err":', '\\']), (text) => {
    const exits = [1, 2, 3].map((at) => ({ at, how: 'exit code 2', wasReady: false }));
    crashLoop(exits, text, 4);
  }),
  textTarget('text for a terminal', fc.string({ unit: 'binary' }), (text) => {
    if (/(?![\n\t])\p{Cc}/u.test(printable(text))) throw new Error('a control character is left');
  }),
];
