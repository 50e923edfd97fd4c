/** The first thing in a program's output that looks like a version, null when there is none. */
export function findVersion(output: string): string | null {
  // redis-server says "v=7.0.15", HAProxy "version 2.6.12-1+deb12u3", Debian's Prometheus "3.5.3+ds1".
  return /(?:^|[^\d.])v?(\d+\.\d+(?:\.\d+)?)/m.exec(output)?.[1] ?? null;
}

/** Negative when a < b. Numbers only: what follows them in a version does not order our tools. */
export function compareVersions(a: string, b: string): number {
  const [as, bs] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < Math.max(as.length, bs.length); i += 1) {
    const difference = (as[i] ?? 0) - (bs[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export interface VersionRule {
  readonly atLeast: string;
  readonly below?: string;
}

/** Null when the version will do, else the reason. */
export function versionProblem(version: string, rule: VersionRule): string | null {
  if (compareVersions(version, rule.atLeast) < 0) return `version ${version}, at least ${rule.atLeast} is needed`;
  if (rule.below !== undefined && compareVersions(version, rule.below) >= 0) {
    return `version ${version}, below ${rule.below} is needed`;
  }
  return null;
}
