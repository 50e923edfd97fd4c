const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** What keeps clients that go through a proxy from asking it for this machine; empty without a proxy. */
export function loopbackDirect(env: NodeJS.ProcessEnv): Record<string, string> {
  const proxied = Object.keys(env).some((name) => /^(https?|all)_proxy$/i.test(name) && env[name] !== '');
  if (!proxied) return {};
  const named = (env.no_proxy ?? env.NO_PROXY ?? '').split(',').filter((name) => name.trim() !== '');
  const all = [...named, ...LOOPBACK.filter((name) => !named.includes(name))].join(',');
  // Some read the one, some the other.
  return { NO_PROXY: all, no_proxy: all };
}
