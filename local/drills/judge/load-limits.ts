import { exactly, least, most, type Limit } from './limit';

/** What is promised beside the alerts of what is watched exposing, firing or being asked too much. */
export const LOAD_LIMITS: Readonly<Record<string, readonly Limit[]>> = {
  'load-spike': [
    exactly('profileSteps', 2, 'changes'),
    most('reducedAfter', 110, 's'),
    most('normalAfter', 300, 's'),
    exactly('pendingReset', 0, 'of 20 alerts'),
    exactly('nodesNotReady', 0, 'looks'),
    most('memoryMiB', 768, 'MiB'),
    exactly('ownAlertTold', 1, 'notifications'),
    exactly('ownAlertEnded', 1, 'notifications'),
  ],
  'alert-storm': [
    exactly('alertsDropped', 0, 'alerts'),
    most('alertsQueued', 9_000, 'alerts'),
    exactly('stormNotTold', 0, 'notifications'),
    most('stormLarge', 20, 's'),
    // Five times the alerts may take five times as long, and what a busy machine adds.
    most('stormGrowth', 1.5, '×'),
  ],
  'query-of-death': [
    // The drill proves nothing unless so many were asked.
    least('deathsAsked', 20, 'queries'),
    exactly('programsEnded', 0, 'programs'),
    most('evaluationsMissedBeyond', 0, 'evaluations'),
  ],
  'bad-target': [
    most('paged', 10, 's'),
    most('reasonTold', 10, 's'),
    exactly('explodedStored', 0, 'series'),
    // The drill proves nothing unless it failed.
    least('failedScrapes', 40, 'scrapes'),
    exactly('othersFailed', 0, 'scrapes'),
    exactly('nodesNotReady', 0, 'looks'),
    most('memoryMiB', 768, 'MiB'),
  ],
};
