import { eachScalar } from '../../../core/rendering/yaml-nodes';
import { secretsAt } from '../../../core/rendering/secrets/placeholders';
import { readUsersYaml, type Said } from '../native/source';
import { hasCredentials, inClear, inUrl, seen, undeclared, undeclaredIn } from './said';

/** Keys whose value is a secret to Alertmanager 0.34.1 (type Secret in its source). */
const SECRETS = `
  alert_source_token api_key api_secret app_token auth_password auth_secret bearer_token bot_token client_certificate_key
  client_secret credentials opsgenie_api_key password rocketchat_token rocketchat_token_id routing_key secret_key secrets
  service_key slack_app_token smtp_auth_password smtp_auth_secret telegram_bot_token token token_id user_key
  victorops_api_key wechat_api_secret
`
  .trim()
  .split(/\s+/);
/** URLs that are secrets as a whole (type SecretURL), by the list or map that has them. */
const SECRET_URLS: Readonly<Record<string, string>> = {
  slack_configs: 'api_url',
  discord_configs: 'webhook_url',
  mattermost_configs: 'webhook_url',
  msteams_configs: 'webhook_url',
  msteamsv2_configs: 'webhook_url',
};
const GLOBAL_URLS = ['slack_api_url', 'mattermost_webhook_url'];
/** Beside an app token; without one it lets nobody in. */
const SLACK_METHOD = 'https://slack.com/api/chat.postMessage';
/** Chats whose webhooks need nothing but their address, wherever they are written. */
const WEBHOOK_OF_CHAT =
  /^https:\/\/(hooks\.slack\.com\/.|(\w+\.)?discord(app)?\.com\/api\/webhooks\/.|[\w.-]+\.webhook\.office\.com\/.|chat\.googleapis\.com\/.+[?&](key|token)=)/i;
/** In a query, what authenticates. */
const TOKEN_IN_QUERY = /[?&](access_?token|api_?key|auth|key|password|secret|sig|signature|token)=[^&]{8,}/i;

/** What stands in the configuration of routes: shown to whoever asks Alertmanager. */
const SEEN = ['route', 'inhibit_rules', 'mute_time_intervals', 'time_intervals', 'name', 'templates'];

/** Secrets in clear, `${NAME}` of which nobody knows what it stands for, and declared ones where they would be seen. */
export function refuseAlertmanagerSecrets(
  file: string,
  text: string,
  isDeclared: (name: string) => boolean,
  said: Said,
): void {
  // What is no YAML at all is said by whoever reads the rest.
  const source = readUsersYaml(file, '', text, { problems: [], warnings: [] });
  if (source === null) return;
  eachScalar(source.root, (scalar, keys) => {
    const value = String(scalar.value);
    const key = keys.at(-1) ?? '';
    const place = source.where(scalar);
    const names = secretsAt(value, keys, isDeclared);
    const placeholder = undeclaredIn(value, keys, isDeclared);
    const shownBy = keys.find((one, i) => SEEN.includes(one) && (i === 0 || one === 'name'));
    if (placeholder !== null) said.problems.push(undeclared(placeholder, place));
    else if (names.length > 0) {
      if (shownBy !== undefined) said.problems.push(seen(shownBy, names, place));
    } else if (value !== '' && isSecret(value, keys))
      said.problems.push(inClear(key, value, place, key === 'secret_key'));
    else if (hasCredentials(value)) said.problems.push(inUrl(value, place));
  });
}

function isSecret(value: string, keys: readonly string[]): boolean {
  const [parent = '', key = ''] = [keys.at(-2), keys.at(-1)];
  if (keys[0] === 'route') return false;
  if (SECRETS.includes(key) || (key === 'key' && parent === 'tls_config')) return true;
  const isUrl = SECRET_URLS[parent] === key || (parent === 'global' && GLOBAL_URLS.includes(key));
  if (isUrl) return hasPath(value) && value !== SLACK_METHOD;
  return /url$/.test(key) && (WEBHOOK_OF_CHAT.test(value) || TOKEN_IN_QUERY.test(value));
}

/** An address without a path lets nobody in. */
const hasPath = (url: string): boolean => /^[a-z]+:\/\/[^/]+\/./i.test(url);
