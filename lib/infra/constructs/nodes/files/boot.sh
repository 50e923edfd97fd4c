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

# From Amazon Linux's repositories, which are in S3: no internet needed.
[ -x /usr/bin/node-@NODE@ ] || dnf install -y -q nodejs@NODE@

if ! [ -s /opt/prometheus-ha/agent.js ]; then
  mkdir -p /opt/prometheus-ha
  aws s3 cp --only-show-errors "s3://$(setting $boot agent.bucket)/$(setting $boot agent.key)" /opt/prometheus-ha/agent.js.new
  mv /opt/prometheus-ha/agent.js.new /opt/prometheus-ha/agent.js
fi
