/** Beginnings of regions whose names of services end otherwise. */
const SUFFIXES: readonly (readonly [region: RegExp, suffix: string])[] = [
  [/^cn-/, 'amazonaws.com.cn'],
  [/^us-iso-/, 'c2s.ic.gov'],
  [/^us-isob-/, 'sc2s.sgov.gov'],
  [/^us-isof-/, 'csp.hci.ic.gov'],
  [/^eu-isoe-/, 'cloud.adc-e.uk'],
  [/^eusc-/, 'amazonaws.eu'],
];

/** Where AWS's services are in a region: amazonaws.com almost everywhere. */
export function dnsSuffix(region: string): string {
  return SUFFIXES.find(([begins]) => begins.test(region))?.[1] ?? 'amazonaws.com';
}
