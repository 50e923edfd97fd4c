import { exactly, least, most, type Limit } from '../../drills/judge/limit';

/** Of a machine whose agent has what it needs. Two busy cores, and the first boot installs everything. */
const UP = [
  most('agentAnswers', 60, 's'),
  most('prometheusReady', 90, 's'),
  most('scraped', 100, 's'),
  most('signalled', 120, 's'),
  exactly('agentRestarts', 0, ''),
  exactly('failedUnits', 0, 'units'),
];
/** While it waits it answers, and nothing is done to any volume, nor to the disk below the mount point. */
const WAITS = [
  least('answeredWhileWaiting', 1, 'looks'),
  exactly('silentWhileWaiting', 0, 'looks'),
  exactly('formattedWhileWaiting', 0, 'volumes'),
  exactly('startedWhileWaiting', 0, 'programs'),
  exactly('saidWhy', 1, ''),
];
const FORMATTED = exactly('formatted', 1, 'volumes');
const KEPT = [
  exactly('formattedAgain', 0, 'volumes'),
  exactly('samplesLost', 0, 'samples'),
  least('samplesKept', 100, 'samples'),
];

/** Of 10; docs/security.md says what is left open of each. */
const POWER = [
  most('programsExposed', 2, ''),
  most('agentExposed', 4, ''),
  most('mountExposed', 4, ''),
  most('signalExposed', 2, ''),
  exactly('notTheirUser', 0, 'programs'),
  exactly('reachRole', 0, 'programs'),
];

/** What is promised, by boot drill. */
export const BOOT_LIMITS: Readonly<Record<string, readonly Limit[]>> = {
  'boot-first': [...UP, ...POWER, FORMATTED, exactly('fromTheWeb', 2, 'files')],
  'boot-again': [...UP, ...KEPT, exactly('installedAgain', 0, 'programs')],
  'boot-old-data': [...UP, ...KEPT, most('shutDown', 30, 's'), exactly('filesOfRoot', 0, 'files')],
  'boot-volume-late': [...UP, ...WAITS, FORMATTED],
  'boot-volume-stuck': [...UP, ...WAITS, FORMATTED],
  'boot-bad-checksum': [
    ...UP,
    // The volume is made ready meanwhile.
    ...WAITS.filter(({ measurement }) => measurement !== 'formattedWhileWaiting'),
    exactly('installedWrong', 0, 'programs'),
    least('triedAgain', 2, 'times'),
  ],
  'boot-metadata-late': [...UP, FORMATTED],
  'boot-mirror-only': [...UP, ...POWER, FORMATTED, most('thanosWell', 60, 's'), exactly('namesAsked', 0, 'names')],
  'boot-loop-stall': [
    ...UP,
    most('agentBack', 20, 's'),
    exactly('startedAnew', 1, 'times'),
    exactly('stallsLogged', 1, ''),
    exactly('programsTouched', 0, ''),
    exactly('samplesLost', 0, 'samples'),
    least('samplesKept', 100, 'samples'),
  ],
  'boot-root-full': [
    ...UP,
    least('rootUsed', 99, '%'),
    exactly('missedWhileFull', 0, 'looks'),
    most('againWhileFull', 60, 's'),
    exactly('samplesLost', 0, 'samples'),
    least('samplesKept', 100, 'samples'),
  ],
  'boot-oom': [
    ...UP,
    least('oomKills', 1, 'programs'),
    least('prometheusKilled', 1, 'times'),
    exactly('agentSurvived', 1, ''),
    exactly('agentGoesLast', 1, ''),
    most('readyAfterOom', 30, 's'),
    exactly('samplesLost', 0, 'samples'),
    least('samplesKept', 100, 'samples'),
  ],
  'boot-twins': [...UP, ...WAITS, exactly('bothNamed', 1, ''), FORMATTED],
};
