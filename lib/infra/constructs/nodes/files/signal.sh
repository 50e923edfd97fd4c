#!/bin/bash
# Waits until the agent says that the node has caught up (readiness alone comes 6 s too early), then signals once.
# Nobody waits for a machine that boots outside of a deploy, or boots again; that is its end, and no reason to try again:
# a signal that gets through during the next deploy would be taken for that of the machine's successor.
set -euo pipefail
setting() { python3 -c 'import json,sys; d=json.load(open(sys.argv[1]))
for k in sys.argv[2].split("."): d=d[k]
print(d)' "$@"; }
imds() {
  local token
  token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
  curl -sf -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"
}
curl -sf -m 5 -o /dev/null "http://$(imds local-ipv4):9099/-/caught-up"
if said=$(aws cloudformation signal-resource --region "$(setting /etc/prometheus-ha/node.json region)" \
  --stack-name "$(setting /etc/prometheus-ha/boot.json signal.stack)" \
  --logical-resource-id "$(setting /etc/prometheus-ha/boot.json signal.resource)" \
  --unique-id "$(imds instance-id)" --status SUCCESS 2>&1); then exit 0; fi
echo "$said" >&2
case $said in
  # In the words of CloudFormation: of a stack or group that waits for nothing, and of a signal whose answer was lost.
  *ValidationError*'cannot be signaled'* | *ValidationError*'could not be signaled'* | *ValidationError*'already exists'*) ;;
  *) exit 1 ;;
esac
