#!/bin/bash
# Brings a fresh machine to where the agent can run: Node.js and the agent. Each step is skipped when it is done, so
# this may run any number of times. Everything else, the data volume included, is the agent's.
set -euo pipefail
mkdir -p /var/lib/prometheus-ha/logs
exec > >(tee -a /var/lib/prometheus-ha/logs/boot.log) 2>&1
setting() { python3 -c 'import json,sys; d=json.load(open(sys.argv[1]))
for k in sys.argv[2].split("."): d=d[k]
print(d)' "$@"; }
boot=/etc/prometheus-ha/boot.json
AWS_DEFAULT_REGION=$(setting /etc/prometheus-ha/node.json region)
export AWS_DEFAULT_REGION

# Who the programs run as.
systemd-sysusers /etc/prometheus-ha/users.conf

# From Amazon Linux's repositories, which are in S3: no internet needed.
[ -x /usr/bin/node-@NODE@ ] || dnf install -y -q nodejs@NODE@

# It runs as root: only what was deployed, also where it lies here already.
agent=/opt/prometheus-ha/agent.js
is_deployed() { echo "$(setting $boot agent.sha256)  $1" | sha256sum --check --status; }
if ! is_deployed $agent; then
  mkdir -p /opt/prometheus-ha
  aws s3 cp --only-show-errors "s3://$(setting $boot agent.bucket)/$(setting $boot agent.key)" $agent.new
  if ! is_deployed $agent.new; then
    echo "agent.js has SHA-256 $(sha256sum <$agent.new | cut -c1-64), expected $(setting $boot agent.sha256): it is not run" >&2
    rm $agent.new
    exit 1
  fi
  mv $agent.new $agent
fi
