import { nextRegistration } from '../../../../lib/core/thanos/registration';

const step = (registered: string | null, status: string | null, message: string | null = null): unknown =>
  nextRegistration({
    address: '10.0.0.1',
    registered,
    operation: status === null ? null : { status, message },
  });

test.each([
  ['where it is registered already', '10.0.0.1', null, 'nothing'],
  ['that Cloud Map does not know', null, null, 'register'],
  ['whose predecessor is registered', '10.0.0.9', null, 'register'],
  ['whose registration is under way', null, 'PENDING', 'wait'],
  ['whose registration was only just asked for', '10.0.0.9', 'SUBMITTED', 'wait'],
  ['whose registration has ended', '10.0.0.1', 'SUCCESS', 'nothing'],
  ['whose entry somebody removed since', null, 'SUCCESS', 'register'],
])('a node %s', (_, registered, status, what) => expect(step(registered, status)).toEqual({ do: what }));

test('what failed is asked for again, and told', () => {
  expect(step('10.0.0.1', 'FAIL', 'Route 53 is busy')).toEqual({ do: 'register-again', because: 'Route 53 is busy' });
  expect(step(null, 'FAIL')).toMatchObject({ because: expect.stringContaining('did not say') });
});
