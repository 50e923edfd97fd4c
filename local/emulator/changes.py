"""Tells whether anything changed that the local run plays: load balancing, services, names, stacks.

GET /_promha/changes answers a number that grows with every call that may have changed something. Asking it is cheap;
reading everything back several times a second is not, on the two cores that everything else needs too."""

import re
from urllib.parse import parse_qs

from calls import answer, body_of

PATH = "/_promha/changes"
READS = re.compile(r"^(Describe|List|Get|Discover|Validate|Estimate)")
# Calls that come all the time, of services that the number is not about.
FREQUENT = {"SetAlarmState", "PutMetricData"}
PLAYED = ("AmazonEC2ContainerService", "Route53AutoNaming")


class CountChanges:
    """WSGI middleware."""

    def __init__(self, app):
        self.app = app
        self.number = 0

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == PATH:
            return answer(start_response, {"changes": self.number})
        changing = changes(environ)
        try:
            return self.app(environ, start_response)
        finally:
            # Afterwards: whoever sees the new number sees what changed.
            if changing:
                self.number += 1


def changes(environ) -> bool:
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        service, _, action = target.partition(".")
        return service.startswith(PLAYED) and not READS.match(action)
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return False
    action = parse_qs(body_of(environ).decode()).get("Action", [""])[0]
    return action not in FREQUENT and not READS.match(action)
