#!/bin/bash
# Brings a fresh machine to where the agent can run: Node.js, the data volume, the agent. Each step is skipped when it
# is done, so this may run any number of times. Whatever needs thought is the agent's.
set -euo pipefail
setting() { python3 -c 'import json,sys; d=json.load(open(sys.argv[1]))
for k in sys.argv[2].split("."): d=d[k]
print(d)' "$@"; }
imds() {
  local token
  token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
  curl -sf -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"
}
node=/etc/prometheus-ha/node.json
boot=/etc/prometheus-ha/boot.json
AWS_DEFAULT_REGION=$(setting $node region)
export AWS_DEFAULT_REGION

# From Amazon Linux's repositories, which are in S3: no internet needed.
[ -x /usr/bin/node ] || dnf install -y -q nodejs22
[ -x /usr/bin/node ] || ln -s "$(ls /usr/bin/node-* | tail -1)" /usr/bin/node

if ! mountpoint -q /data; then
  tag() { echo "Name=tag:prometheus-ha:$1,Values=$(setting $node "$1")"; }
  # Of several volumes the highest generation wins; the tags decide, never a name.
  volume=$(aws ec2 describe-volumes --filters "$(tag cluster)" "$(tag shard)" "$(tag node)" \
    'Name=tag-key,Values=prometheus-ha:generation' --output json | python3 -c 'import json,sys
generation=lambda v: max(int(t["Value"]) for t in v["Tags"] if t["Key"]=="prometheus-ha:generation")
print(max(json.load(sys.stdin)["Volumes"], key=generation)["VolumeId"])')
  device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volume/-/}
  # Fails while the previous instance still holds the volume; the next try finds it free.
  [ -e "$device" ] || aws ec2 attach-volume --volume-id "$volume" --instance-id "$(imds instance-id)" --device /dev/sdf
  for _ in $(seq 60); do [ -e "$device" ] && break; sleep 1; done
  # Only a volume without any file system is formatted.
  [ "$(blkid -o value -s TYPE "$device" || true)" ] || mkfs.xfs "$device"
  mkdir -p /data
  mount -o noatime "$device" /data
fi

if ! [ -s /opt/prometheus-ha/agent.js ]; then
  mkdir -p /opt/prometheus-ha
  aws s3 cp --only-show-errors "s3://$(setting $boot agent.bucket)/$(setting $boot agent.key)" /opt/prometheus-ha/agent.js.new
  mv /opt/prometheus-ha/agent.js.new /opt/prometheus-ha/agent.js
fi
