/** The two programs whose files can name secrets. */
export type SecretReader = 'prometheus' | 'alertmanager';

/** Maps (by the key that they stand at) → keys beside which there is `<key>_file`, which is read again at each use. */
type FileKeys = Readonly<Record<string, readonly string[]>>;

/** prometheus/common v0.70, config/http_config.go. */
const HTTP: FileKeys = {
  basic_auth: ['username', 'password'],
  authorization: ['credentials'],
  oauth2: ['client_secret'],
  tls_config: ['ca', 'cert', 'key'],
};

/** Of each program. */
export const FILE_KEYS: Readonly<Record<SecretReader, FileKeys>> = {
  prometheus: {
    ...HTTP,
    marathon_sd_configs: ['auth_token'],
    scaleway_sd_configs: ['secret_key'],
  },
  // Alertmanager 0.34.1, config/config.go and notifiers.go.
  alertmanager: {
    ...HTTP,
    global: [
      'smtp_auth_password',
      'smtp_auth_secret',
      'slack_api_url',
      'slack_app_token',
      'opsgenie_api_key',
      'wechat_api_secret',
      'victorops_api_key',
      'telegram_bot_token',
      'rocketchat_token',
      'rocketchat_token_id',
      'mattermost_webhook_url',
    ],
    discord_configs: ['webhook_url'],
    email_configs: ['auth_password', 'auth_secret'],
    incidentio_configs: ['url', 'alert_source_token'],
    mattermost_configs: ['webhook_url'],
    msteams_configs: ['webhook_url'],
    msteamsv2_configs: ['webhook_url'],
    opsgenie_configs: ['api_key'],
    pagerduty_configs: ['service_key', 'routing_key'],
    pushover_configs: ['user_key', 'token'],
    rocketchat_configs: ['token_id', 'token'],
    slack_configs: ['api_url', 'app_token'],
    telegram_configs: ['bot_token', 'chat_id'],
    victorops_configs: ['api_key'],
    webhook_configs: ['url'],
    wechat_configs: ['api_secret'],
  },
};

/** Whether a file can be named instead. `keys`: those that lead to the value, its own at the end. */
export function hasFileKey(reader: SecretReader, keys: readonly string[]): boolean {
  const key = keys.at(-1) ?? '';
  if (key === 'bearer_token') return true;
  return FILE_KEYS[reader][keys.at(-2) ?? '']?.includes(key) === true;
}

/** http_headers: { NAME: { secrets: […] } }, beside which `files` is a list, too. */
export const isHeaderSecret = (keys: readonly string[]): boolean =>
  keys.at(-1) === 'secrets' && keys.at(-3) === 'http_headers';

/** Whether a value names files with secrets or certificates. */
export function namesFile(keys: readonly string[]): boolean {
  const key = keys.at(-1) ?? '';
  return key.endsWith('_file') || (key === 'files' && keys.at(-3) === 'http_headers');
}
