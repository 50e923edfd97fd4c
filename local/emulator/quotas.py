"""What the account may have at once, as Service Quotas and Lambda's GetAccountSettings say it. Nothing is refused by it, except
reservations of Lambda (functions.py). What somebody asks for more of is granted at once, except of Lambda: AWS takes days."""

import json

from moto.awslambda import urls
from moto.awslambda.models import lambda_backends
from moto.awslambda.responses import LambdaResponse
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT
from moto.core.exceptions import JsonRESTError
from moto.servicequotas.models import ServiceQuotasBackend
from moto.servicequotas.responses import ServiceQuotasResponse

EXECUTIONS = ("lambda", "L-B99A9384")
# As AWS publishes them ("AWS service quotas", General Reference), of those that lib/core/preflight/needs.ts asks for.
DEFAULTS = {
    ("ec2", "L-1216C47A"): 5,  # vCPUs, Standard instances
    ("ec2", "L-DB2E81BA"): 0,  # G and VT
    ("ec2", "L-417A185B"): 0,  # P
    ("ec2", "L-74FC7D96"): 0,  # F
    ("ec2", "L-1945791B"): 0,  # Inf
    ("ec2", "L-7295265B"): 0,  # X
    ("fargate", "L-3032A538"): 6,  # vCPUs
    ("ebs", "L-7A658B76"): 50,  # TiB of gp3
    ("vpc", "L-F678F1CE"): 5,  # VPCs
    ("ec2", "L-0263D0A3"): 5,  # elastic IPs
    EXECUTIONS: 1000,  # also of an account that has less
}
# What this account was granted.
GRANTED: dict[tuple[str, str], float] = {}


def quota(service: str, code: str, among: dict) -> dict:
    if (service, code) not in among:
        raise JsonRESTError("NoSuchResourceException", "The request failed because the specified quota does not exist.")
    return {"ServiceCode": service, "QuotaCode": code, "Value": among[service, code]}


def get_service_quota(self, service_code: str, quota_code: str) -> dict:
    """Only what was ever raised has a value of its own."""
    return quota(service_code, quota_code, GRANTED)


def get_aws_default_service_quota(self) -> str:
    p = json.loads(self.body)
    return json.dumps({"Quota": quota(p["ServiceCode"], p["QuotaCode"], DEFAULTS)})


def request_service_quota_increase(self) -> str:
    p = json.loads(self.body)
    service, code, wanted = p["ServiceCode"], p["QuotaCode"], p["DesiredValue"]
    if wanted <= quota(service, code, {**DEFAULTS, **GRANTED})["Value"]:
        raise JsonRESTError(
            "IllegalArgumentException", "You must provide a quota value greater than the current quota value."
        )
    is_granted = service != "lambda"
    if is_granted:
        GRANTED[service, code] = wanted
    status = "APPROVED" if is_granted else "PENDING"
    asked = {"ServiceCode": service, "QuotaCode": code, "DesiredValue": wanted, "Status": status}
    return json.dumps({"RequestedQuota": asked})


def account_settings(concurrency: int):
    def get_account_settings(self) -> str:
        functions = lambda_backends[ACCOUNT][self.region].list_functions()
        reserved = sum(int(f.reserved_concurrency or 0) for f in functions)
        limit = {"ConcurrentExecutions": concurrency, "UnreservedConcurrentExecutions": concurrency - reserved}
        return json.dumps({"AccountLimit": limit, "AccountUsage": {"FunctionCount": len(functions)}})

    return get_account_settings


def install(lambda_concurrency: int | None) -> None:
    ServiceQuotasBackend.get_service_quota = get_service_quota
    ServiceQuotasResponse.get_aws_default_service_quota = get_aws_default_service_quota
    ServiceQuotasResponse.request_service_quota_increase = request_service_quota_increase
    LambdaResponse.get_account_settings = account_settings(lambda_concurrency or DEFAULTS[EXECUTIONS])
    urls.url_paths[r"{0}/(?P<api_version>[^/]+)/account-settings/?$"] = LambdaResponse.dispatch
