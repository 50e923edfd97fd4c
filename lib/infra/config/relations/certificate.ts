import type { Cluster } from '../cluster';
import type { Contradiction } from './contradiction';

/** A load balancer takes certificates of its own region. */
export function certificateElsewhere({ queryName, region }: Cluster): Contradiction[] {
  const there = queryName?.certificate?.split(':')[3];
  if (there === undefined || there === region) return [];
  return [
    {
      path: ['queryName', 'certificate'],
      what: 'the certificate is in another region than the load balancer',
      got: there,
      expected: region,
      fix: 'request or import it there (ACM copies none), and name that',
    },
  ];
}
