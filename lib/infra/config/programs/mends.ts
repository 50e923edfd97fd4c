/** What a message of promtool or amtool asks for, and how to write it. */
export interface Mend {
  readonly expected: string;
  readonly fix: string;
}

const KEYS_OF_RULES =
  'groups: name, interval, limit, query_offset, labels, rules; rules: alert or record, expr, for, keep_firing_for, labels, annotations';

/** The first that matches counts; `$1` stands for what the message says. */
const MENDS: readonly (readonly [RegExp, expected: string, fix: string])[] = [
  [
    /undefined variable "([^"]*)"/,
    '$labels, $value, $externalLabels, $externalURL, or a variable of your own',
    'correct the name of $1',
  ],
  [
    /function "([^"]*)" not defined/,
    "a function of Prometheus' templates",
    'correct the name $1, or take another: humanize, humanizeDuration, humanizePercentage, printf …',
  ],
  [/unclosed action|unexpected "}"|unexpected .* in operand/, '{{ and }} in pairs', 'close what was opened'],
  [/template: /, "a template as Go's text/template has it", 'correct it at the place that the message names'],
  [
    /comparisons between scalars must use BOOL/,
    'a series on one side, or bool',
    'write `1 > bool 2`, or compare a metric',
  ],
  [
    /set operator "(\w+)" not allowed in binary scalar/,
    'series on both sides of $1',
    'write `vector(0)` in place of the number',
  ],
  [
    /is not enabled|is experimental and|must be enabled with/,
    'what Prometheus has without feature flags',
    'write it with other functions: nodes do not set that flag',
  ],
  [/unknown function with name "(\w+)"/, 'a function of Prometheus', 'correct the name $1'],
  [
    /vector selector must contain at least one non-empty matcher/,
    'a metric, or a matcher that something does not match',
    'name the metric, or write e.g. {job=~".+"}',
  ],
  [
    /ranges only allowed for vector selectors/,
    'a range right behind a selector',
    'write a subquery, such as [5m:1m], behind any other expression',
  ],
  [
    /expected type (\w[\w ]*) in call to function "(\w+)", got (.+)$/,
    '$1 for $2',
    'a range is up[5m], one sample of each series is up',
  ],
  [
    /unknown escape sequence|invalid escape sequence/,
    'escapes that Go knows, such as \\n, \\" and \\\\',
    'double the backslash, or use backquotes',
  ],
  [
    /error parsing regexp|invalid regexp/,
    'a regular expression of Go (RE2): no look-around, no back-reference, at most 1,000 repeats',
    'write it without',
  ],
  [
    /wrong number of arguments .*expected (?:at \w+ )?(\d+), got (\d+)/,
    '$1 arguments',
    'give it $1 in place of $2, such as topk(5, up)',
  ],
  [/no grouping allowed for "(\w+)"/, '$1 without group_left or group_right', 'remove it: $1 joins no labels'],
  [/parse error|could not parse expression/, 'an expression that Prometheus parses', 'correct it at this place'],
  [/field (\S+) not found in type rulefmt/, KEYS_OF_RULES, 'correct the name $1 or remove it'],
  [/field (\S+) not found in type/, 'a key that Alertmanager knows in this place', 'correct the name $1 or remove it'],
  [
    /not a valid duration string|empty duration string|duration out of range|time: (?:invalid|missing unit)|unknown unit/,
    'a duration with its unit, such as 30s, 5m or 4h',
    'add the unit',
  ],
  [
    /cannot unmarshal !!(?:str|int) .* into \[\]|cannot unmarshal !!str .* into .*slice/,
    'a list',
    "write it as a list: ['…']",
  ],
  [/cannot unmarshal !!\w+ .*into (\S+)/, 'a value of the type $1', 'write such a value there'],
  [/mapping values are not allowed/, 'text in quotes where it contains ": "', 'put the text in quotes'],
  [/invalid (?:leading|trailing) UTF-8|control characters are not allowed/, 'UTF-8', 'save the file in UTF-8'],
  [/^yaml: /, 'YAML', 'look at the indentation, quotes and colons around this place'],
  [
    /undefined receiver "([^"]*)"/,
    'a receiver that stands under receivers',
    'correct the name $1, or add the receiver',
  ],
  [
    /undefined time interval "([^"]*)"/,
    'an interval that stands under time_intervals',
    'correct the name $1, or add the interval',
  ],
  [/(?:notification config name|time interval) "([^"]*)" is not unique/, 'each name once', 'rename one of them'],
  [/root route must not have any/, 'a root route for everything', 'move it into a route under routes'],
  [
    /root route must specify a default receiver|no routes? provided/,
    'route: { receiver: NAME }',
    'add it: everything that no other route takes goes there',
  ],
  [
    /bad matcher format|expected (?:an operator|label name)|unterminated/,
    'a matcher such as \'severity="page"\' or \'team=~"a|b"\'',
    'write label, operator, value',
  ],
  [
    /unsupported scheme "" for URL|missing (?:protocol|host)|invalid URI/,
    'a URL that begins with http:// or https://',
    'write it in full',
  ],
  [/unsupported scheme "([^"]*)"/, 'a URL that begins with http:// or https://', 'write another in place of $1'],
  [/missing port in address/, 'host:port', 'add the port, such as :587'],
  [/at most one of (.+) must be/, 'one of $1', 'remove the others'],
  [
    /^no .* (?:set|provided)/,
    'what this receiver needs, in itself or under global',
    'set it here, or once under global',
  ],
  [/missing (\S+(?: or \S+)?) (?:on|in) (\S+)/, '$1 in $2', 'add it'],
  [/must provide|must be (?:set|provided|configured)|is required|missing /, 'what the message names', 'add it'],
  [/is repeated in the same file/, 'each group name once in a file', 'rename one of the groups'],
];

/** `by`: who said it, e.g. promtool 3.15.0. */
export function mendOf(message: string, by: string): Mend {
  for (const [pattern, expected, fix] of MENDS) {
    const found = pattern.exec(message);
    if (found === null) continue;
    const filled = (text: string): string => text.replace(/\$(\d)(?!\d)/g, (_, n: string) => found[Number(n)] ?? '');
    return { expected: filled(expected), fix: filled(fix) };
  }
  return {
    expected: `what ${by} accepts: nodes ask it before they load anything`,
    fix: 'correct what the message names',
  };
}
