/** A private repository in ECR; unlike a public registry it asks who pulls. */
export interface EcrRepository {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

/** null for a repository elsewhere. */
export function ecrRepository(repository: string): EcrRepository | null {
  const found = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/(.+)$/.exec(repository);
  return found === null ? null : { account: found[1]!, region: found[2]!, name: found[3]! };
}
