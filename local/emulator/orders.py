"""What somebody orders by an API of AWS and the local run has to do, because the emulator only notes it: alarms that are set,
commands of Systems Manager. And what came of an alarm, which CloudWatch tells in its history.

    GET  /_promha/orders?after=N   {"orders": [{"number", "what", …}]}
    POST /_promha/alarm            {"name", "state", "reason", "actions": [{"arn", "refused"}]}, told by who plays CloudWatch
    POST /_promha/balancer-address {"address"}: where load balancers answer
    POST /_promha/queue            {"name", "message" or null}: what Lambda sends to a queue of SQS. {"waiting": N}
"""

import json
from collections import deque
from urllib.parse import parse_qs

from calls import answer, body_of
from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.elbv2.models import elbv2_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.ssm.models import SimpleSystemManagerBackend

# The newest are enough: who follows them asks several times a second.
ORDERS: deque = deque(maxlen=200)
# Name of an alarm → what its actions came to, oldest first.
HISTORY: dict[str, list[dict]] = {}
NUMBER = 0


def order(what: str, **more) -> None:
    global NUMBER
    NUMBER += 1
    ORDERS.append({"number": NUMBER, "what": what, **more})


class Orders:
    """WSGI middleware."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        match environ["PATH_INFO"]:
            case "/_promha/orders":
                after = int(parse_qs(environ["QUERY_STRING"])["after"][0])
                return answer(start_response, {"orders": [one for one in list(ORDERS) if one["number"] > after]})
            case "/_promha/alarm":
                note_alarm(**json.loads(body_of(environ)))
                return answer(start_response, {})
            case "/_promha/balancer-address":
                tell_address(**json.loads(body_of(environ)))
                return answer(start_response, {})
            case "/_promha/queue":
                return answer(start_response, {"waiting": queued(**json.loads(body_of(environ)))})
        return self.app(environ, start_response)


def everywhere(backends):
    return list(backends[ACCOUNT].values())


def note_alarm(name: str, state: str, reason: str, actions: list[dict]) -> None:
    for backend in everywhere(cloudwatch_backends):
        if name in backend.alarms:
            backend.alarms[name].update_state(reason, "{}", state)
    for action in actions:
        refused = action["refused"]
        # In CloudWatch's words.
        said = f"Failed to execute action {action['arn']}. Received error: \"{refused}\"" if refused else f"Successfully executed action {action['arn']}"
        HISTORY.setdefault(name, []).append({"at": utcnow(), "said": said})
        if not refused and ":sns:" in action["arn"]:
            note_deliveries(action["arn"])


def note_deliveries(topic: str) -> None:
    """As SNS counts them: one for each subscription that somebody confirmed."""
    region, name = topic.split(":")[3], topic.split(":")[-1]
    told = [s for s in sns_backends[ACCOUNT][region].subscriptions.values() if s.topic.arn == topic]
    datum = {"MetricName": "NumberOfNotificationsDelivered", "Value": len(told), "Dimensions": [{"Name": "TopicName", "Value": name}]}
    cloudwatch_backends[ACCOUNT][region].put_metric_data("AWS/SNS", [{**datum, "Timestamp": utcnow()}])


def tell_address(address: str) -> None:
    for backend in everywhere(elbv2_backends):
        for balancer in backend.load_balancers.values():
            balancer.dns_name = address


def queued(name: str, message: dict | None) -> int:
    backend = next(backend for backend in everywhere(sqs_backends) if name in backend.queues)
    if message is not None:
        backend.send_message(name, json.dumps(message))
    return backend.get_queue(name).approximate_number_of_messages


def describe_alarm_history(self):
    name = self._get_param("AlarmName")
    wanted = self._get_param("HistoryItemType")
    items = HISTORY.get(name, []) if wanted in (None, "Action") else []
    found = [
        {
            "AlarmName": name,
            "AlarmType": "MetricAlarm",
            "Timestamp": item["at"],
            "HistoryItemType": "Action",
            "HistorySummary": item["said"],
        }
        for item in reversed(items)
    ]
    return ActionResult({"AlarmHistoryItems": found})


def with_order(before, of):
    def ordered(self, *args, **kwargs):
        # Looked at first: moto adds to the list of instances.
        wanted = of(*args, **kwargs)
        result = before(self, *args, **kwargs)
        order(**wanted)
        return result

    return ordered


def install() -> None:
    CloudWatchResponse.describe_alarm_history = describe_alarm_history
    CloudWatchBackend.set_alarm_state = with_order(
        CloudWatchBackend.set_alarm_state,
        lambda alarm_name, reason, reason_data, state_value: {
            "what": "set-alarm", "alarm": alarm_name, "state": state_value, "reason": reason,
        },
    )  # fmt: skip
    SimpleSystemManagerBackend.send_command = with_order(
        SimpleSystemManagerBackend.send_command,
        lambda **p: {
            "what": "run-command",
            "document": p["document_name"],
            "instances": list(p["instance_ids"]),
            "commands": p["parameters"].get("commands", []),
        },
    )
