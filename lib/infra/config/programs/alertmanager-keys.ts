/** Every key of Alertmanager's configuration (the yaml tags of 0.34.1): to guess what a misspelt one was meant to be. */
export const ALERTMANAGER_KEYS: readonly string[] = `
  access_key acks actions active_time_intervals agent_id alert_source_token alert_source_token_file alt api_key
  api_key_file api_secret api_secret_file api_type api_url api_url_file app_token app_token_file app_url attachments
  attributes audience auth_identity auth_password auth_password_file auth_secret auth_secret_file auth_username
  author_icon author_link author_name authorization avatar_url basic_auth batch batch_flush_interval batch_max_bytes
  batch_max_events bearer_token bearer_token_file bot_token bot_token_file brokers buffer_size ca ca_file ca_ref
  callback_id card cert cert_file cert_ref channel chat_id chat_id_file claims class client client_certificate_key
  client_certificate_key_file client_certificate_key_id client_certificate_key_ref client_id client_secret
  client_secret_file client_secret_ref client_url color component compression confirm content continue corp_id
  credentials credentials_file credentials_ref custom_fields days_of_month description details device
  disable_notifications discord_configs dismiss_text email_configs emoji enable_http2 enable_update enabled end_time
  endpoint_params entity entity_display_name equal event_recorder expire external_id fallback fields file_outputs
  files follow_redirects footer footer_icon force_implicit_tls format from global grant_type group group_by
  group_interval group_wait headers hello href html http_config http_headers icon_emoji icon_url id image_url images
  incidentio_configs inhibit_rules insecure_skip_verify iss issue_type jira_api_url jira_configs kafka_outputs key
  key_file key_ref labels link_names links location match match_re matchers mattermost_configs mattermost_webhook_url
  mattermost_webhook_url_file max_alerts max_retries max_version message message_text message_thread_id message_type
  min_version monitoring_tool monospace months mrkdwn_in msteams_configs msteamsv2_configs mute_time_intervals name
  no_proxy note oauth2 ok_text opsgenie_api_key opsgenie_api_key_file opsgenie_api_url opsgenie_configs
  pagerduty_configs pagerduty_url parse_mode password password_file password_ref path payload persistent_notifications
  phone_number pretext priority profile project props proxy_connect_header proxy_from_environment proxy_url
  pushover_configs receiver receivers region reopen_duration reopen_transition repeat_interval requested_ack
  require_tls resolve_timeout resolve_transition responders retry retry_backoff rocketchat_api_url rocketchat_configs
  rocketchat_token rocketchat_token_file rocketchat_token_id rocketchat_token_id_file role_arn room_id route routes
  routing_key routing_key_file scopes secret_key secrets send_resolved server_name service_key service_key_file
  service_name session_name severity short short_fields signature_algorithm sigv4 slack_api_url slack_api_url_file
  slack_app_token slack_app_token_file slack_app_url slack_configs smarthost smtp_auth_identity smtp_auth_password
  smtp_auth_password_file smtp_auth_secret smtp_auth_secret_file smtp_auth_username smtp_force_implicit_tls smtp_from
  smtp_hello smtp_require_tls smtp_smarthost smtp_tls_config sns_configs sound source source_match source_match_re
  source_matchers src start_time state_message stdout_outputs style subject summary tags target_arn target_match
  target_match_re target_matchers telegram_api_url telegram_bot_token telegram_bot_token_file telegram_configs
  template templates text thread_by_date threading thumb_url time_intervals timeout times title title_link tls_config
  to to_party to_tag to_user token token_file token_id token_id_file token_url topic topic_arn tracing ttl type
  update_alerts update_message url url_file url_title use_aws_http_client use_fips_sts_endpoint user_key user_key_file
  username username_file username_ref value values victorops_api_key victorops_api_key_file victorops_api_url
  victorops_configs webex_api_url webex_configs webhook_configs webhook_outputs webhook_url webhook_url_file
  wechat_api_corp_id wechat_api_secret wechat_api_secret_file wechat_api_url wechat_configs weekdays
  wont_fix_resolution workers years
`
  .trim()
  .split(/\s+/);
