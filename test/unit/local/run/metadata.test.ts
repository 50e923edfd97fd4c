import { metadataOf, metadataService, type MetadataAnswer } from '../../../../local/run/hosts/metadata';

const NOW = new Date('2026-11-28T09:00:00.000Z');
const identity = { instanceId: 'i-1', address: '10.0.0.7', zone: 'eu-west-1a', region: 'eu-west-1' };
const credentials = { role: 'node-role', accessKeyId: 'A', secretAccessKey: 'S', token: 'T' };
const service = metadataService(metadataOf(identity, { userData: '#cloud-config\n', account: '1', credentials }, NOW));
const session = service({ method: 'PUT', path: '/latest/api/token', token: undefined }).body;
const get = (path: string, token = session): MetadataAnswer => service({ method: 'GET', path, token });

test('nobody is answered without a session', () => {
  expect(service({ method: 'GET', path: '/latest/meta-data/instance-id', token: undefined }).status).toBe(401);
  expect(get('/latest/meta-data/instance-id', 'another').status).toBe(401);
  expect(service({ method: 'PUT', path: '/latest/other', token: undefined }).status).toBe(404);
});

test('what there is can be listed down to the files', () => {
  expect(get('/').body.split('\n')).toContain('latest');
  expect(get('/latest/').body).toBe('user-data\ndynamic/\nmeta-data/');
  expect(get('/2021-03-23/meta-data/').body.split('\n')).toEqual(
    expect.arrayContaining(['instance-id', 'placement/', 'iam/']),
  );
  expect(get('/latest/meta-data/placement/availability-zone').body).toBe('eu-west-1a');
  expect(get('/latest/user-data').body).toBe('#cloud-config\n');
});

test('the credentials of the role are listed by its name, and end some time', () => {
  expect(get('/latest/meta-data/iam/security-credentials/').body).toBe('node-role');
  expect(JSON.parse(get('/latest/meta-data/iam/security-credentials/node-role').body)).toMatchObject({
    Code: 'Success',
    AccessKeyId: 'A',
    SecretAccessKey: 'S',
    Token: 'T',
    Expiration: '2026-11-28T15:00:00Z',
  });
});

test.each([
  '/latest/nothing',
  '/1066-10-14/user-data',
  '/latest/meta-data/instance-id/below',
  '/latest/meta-data/constructor',
])('there is no %s', (path) => {
  expect(get(path)).toEqual({ status: 404, body: '' });
});

test('an instance that is played has no user data to be asked for', () => {
  const played = metadataService(metadataOf(identity, null, NOW));
  const { body: token } = played({ method: 'PUT', path: '/latest/api/token', token: undefined });
  expect(played({ method: 'GET', path: '/latest/user-data', token }).status).toBe(404);
  expect(played({ method: 'GET', path: '/latest/meta-data/local-ipv4', token }).body).toBe('10.0.0.7');
});
