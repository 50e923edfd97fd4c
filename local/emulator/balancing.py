"""Load balancing where moto is simpler than AWS: listeners with weighted groups in CloudFormation, groups that know which
load balancers forward to them just now, and targets whose health the local run's balancer tells.

    POST /_promha/target-health {"<target group's ARN>": {"<target's id>": "initial" | "healthy" | "unhealthy"}}
"""

import json

from calls import answer, body_of
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeTargetGroup, elbv2_backends

PATH = "/_promha/target-health"
# As AWS spells them.
WHY = {
    "initial": ("Elb.RegistrationInProgress", "Target registration is in progress"),
    "unhealthy": ("Target.FailedHealthChecks", "Health checks failed"),
}
UNUSED = ("Target.NotInUse", "Target group is not configured to receive traffic from the load balancer")


class TargetHealth:
    """WSGI middleware. What was never told is healthy."""

    told: dict = {}

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] != PATH:
            return self.app(environ, start_response)
        TargetHealth.told = json.loads(body_of(environ))
        return answer(start_response, {})


def groups_of(actions) -> list:
    return [
        arn
        for action in actions
        for arn in (
            [action.data["TargetGroupArn"]]
            if "TargetGroupArn" in action.data
            else [t["TargetGroupArn"] for t in action.data.get("ForwardConfig", {}).get("TargetGroups", [])]
        )
    ]


def balancers_of(group) -> list:
    """Of the listeners as they are, not as they were made: moto forgets that a listener can be changed."""
    return [
        balancer.arn
        for balancer in elbv2_backends[group.account_id][group.region_name].load_balancers.values()
        if any(
            group.arn in groups_of(rule.actions)
            for listener in balancer.listeners.values()
            for rule in listener.rules.values()
        )
    ]


def with_told_health(before):
    def health_for(self, target, ec2_backend):
        status = before(self, target, ec2_backend)
        if status.status != "healthy":
            return status
        state = TargetHealth.told.get(self.arn, {}).get(status.instance_id, "healthy")
        if not balancers_of(self):
            state = "unused"
        reason = UNUSED if state == "unused" else WHY.get(state, (None, None))
        return FakeHealthStatus(status.instance_id, status.port, status.health_check_port, state, *reason)

    return health_for


def with_weights(before):
    """A forward to several groups, which moto reads from calls but not from templates."""

    def convert_and_validate_properties(self, properties):
        several = [a for a in properties["DefaultActions"] if "ForwardConfig" in a and "TargetGroupArn" not in a]
        if not several:
            return before(self, properties)
        return [{"Type": a["Type"], "ForwardConfig": with_numbers(a["ForwardConfig"])} for a in several]

    return convert_and_validate_properties


def with_numbers(config: dict) -> dict:
    return {
        **config,
        "TargetGroups": [{**group, "Weight": int(group.get("Weight", 1))} for group in config["TargetGroups"]],
    }


def install() -> None:
    # Set by moto when a group is made and a listener is; computed from now on.
    FakeTargetGroup.load_balancer_arns = property(balancers_of, lambda self, value: None)
    FakeTargetGroup.health_for = with_told_health(FakeTargetGroup.health_for)
    ELBv2Backend.convert_and_validate_properties = with_weights(ELBv2Backend.convert_and_validate_properties)
