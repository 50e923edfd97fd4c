export interface Identity {
  readonly instanceId: string;
  readonly address: string;
  readonly zone: string;
}

/** Asks the instance metadata service (IMDSv2: a session token first) who this machine is. */
export async function readIdentity(endpoint: string): Promise<Identity> {
  const base = endpoint.replace(/\/$/, '');
  const ask = async (path: string, init: RequestInit): Promise<string> => {
    const response = await fetch(`${base}${path}`, { ...init, redirect: 'error', signal: AbortSignal.timeout(2_000) });
    if (!response.ok) throw new Error(`instance metadata ${path}: HTTP ${response.status}`);
    return (await response.text()).trim();
  };
  const token = await ask('/latest/api/token', {
    method: 'PUT',
    headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '300' },
  });
  const get = (name: string): Promise<string> =>
    ask(`/latest/meta-data/${name}`, { headers: { 'X-aws-ec2-metadata-token': token } });
  const [instanceId, address, zone] = await Promise.all([
    get('instance-id'),
    get('local-ipv4'),
    get('placement/availability-zone'),
  ]);
  return { instanceId, address, zone };
}
