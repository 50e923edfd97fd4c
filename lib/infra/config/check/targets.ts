import { z } from 'zod';
import { UserError } from '../../../contract/errors';
import { PORTS } from '../../../contract/ports';
import { RESERVED_JOBS } from '../../../contract/own-jobs';
import { isReserved, reservedName } from '../reserved';
import { externalLabel } from './external-label';
import { checkShape } from './shape';
import { parseYaml } from '../yaml-file';

const ADDRESS = /^(\[[0-9a-fA-F:]+\]|[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?):([0-9]{1,5})$/;
const LOCAL = /^(localhost|127\.|\[::1\])/;
const JOB = /^[a-zA-Z][a-zA-Z0-9_-]*$/;
const targetsFile = z.array(
  z.strictObject({
    targets: z.array(
      z.string({ error: 'host:port' }).refine((target) => {
        const port = Number(ADDRESS.exec(target)?.[3]);
        return port >= 1 && port <= 65_535;
      }, 'host:port, without scheme and path, the port from 1 to 65535'),
      { error: 'a list of host:port' },
    ),
    labels: z
      .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'a label name'), z.string({ error: 'text' }))
      .optional(),
  }),
  { error: 'a list of { targets, labels }' },
);

/** Targets by job, in Prometheus's file_sd format. */
export function checkTargets(files: Readonly<Record<string, string>>, label: (job: string) => string): UserError[] {
  const problems: UserError[] = [];
  const seen = new Map<string, string>();
  for (const [job, content] of Object.entries(files)) {
    if (!JOB.test(job) || RESERVED_JOBS.includes(job)) problems.push(badJob(job, label(job)));
    else if (isReserved(job)) problems.push(reservedName('a job', job, label(job)));
    const yaml = parseYaml(label(job), content, problems);
    const groups = yaml && checkShape(yaml, targetsFile, 'a targets file (file_sd)', problems);
    if (!yaml || !groups) continue;
    groups.forEach((group, g) => {
      problems.push(...externalLabel(group.labels, (name) => yaml.where([g, 'labels', name])));
      group.targets.forEach((target, t) => {
        const where = yaml.where([g, 'targets', t]);
        const first = seen.get(target);
        if (first !== undefined) problems.push(twice(target, where, first));
        else seen.set(target, where);
        const taken = Object.entries(PORTS).find(([, port]) => port === Number(target.split(':').at(-1)));
        if (LOCAL.test(target) && taken) problems.push(nodePort(target, where, taken[0]));
      });
    });
  }
  if (Object.keys(files).length === 0) {
    problems.push(
      new UserError({
        what: 'there is nothing to scrape',
        where: label('*'),
        got: 'no targets file',
        expected: 'at least one job: a node that scrapes nothing can never be told from a broken one',
        fix: 'add targets/<job>.yml',
      }),
    );
  }
  return problems;
}

function badJob(job: string, where: string): UserError {
  return new UserError({
    what: 'the name of a targets file is the name of its job, and this one cannot be used',
    where,
    got: `'${job}'`,
    expected: `letters, digits, - and _, and none of ${RESERVED_JOBS.join(', ')}, which are the nodes' own`,
    fix: 'rename the file',
  });
}

function twice(target: string, where: string, first: string): UserError {
  return new UserError({
    what: 'the same target is scraped twice',
    where,
    got: `'${target}', the first one is at ${first}`,
    expected: 'each host:port once',
    fix: 'remove one; two jobs of one address give every series twice',
  });
}

function nodePort(target: string, where: string, use: string): UserError {
  return new UserError({
    what: 'a target overlaps a port of the nodes themselves',
    where,
    got: `'${target}', which on a node is ${use}`,
    expected: `a port other than ${Object.values(PORTS).join(', ')}`,
    fix: 'name the host that is meant, or move the exporter to another port',
  });
}
