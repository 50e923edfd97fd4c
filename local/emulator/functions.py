"""Lambda's account in CloudFormation and its API: how much concurrency may be reserved, and AWS::Lambda::EventInvokeConfig."""

import time

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import EventInvokeConfig as Settings
from moto.awslambda.models import LambdaBackend, LambdaFunction, lambda_backends
from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel

# Of these AWS keeps so many for functions without a reservation, or all where the account has fewer.
UNRESERVED = 100


class EventInvokeConfig(CloudFormationModel):
    """AWS::Lambda::EventInvokeConfig: reads back by GetFunctionEventInvokeConfig."""

    __module__ = "prometheus_ha.awslambda.models"

    def __init__(self, function_name: str, config: dict, account_id: str, region_name: str):
        self.function_name = function_name
        self.physical_resource_id = f"{function_name}|$LATEST"
        function = lambda_backends[account_id][region_name].get_function(function_name)
        # The emulator's own call keeps the first for ever, and has its time in a form that no SDK reads.
        function.event_invoke_config = [Settings(function.function_arn, time.time(), config)]

    @staticmethod
    def cloudformation_name_type():
        return ""

    @staticmethod
    def cloudformation_type():
        return "AWS::Lambda::EventInvokeConfig"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        p = cloudformation_json["Properties"]
        config = {name: int(p[name]) for name in ("MaximumEventAgeInSeconds", "MaximumRetryAttempts") if name in p}
        if "DestinationConfig" in p:
            config["DestinationConfig"] = p["DestinationConfig"]
        return cls(p["FunctionName"], config, account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    def delete(self, account_id, region_name):
        # With a stack the function may have gone before it.
        for function in lambda_backends[account_id][region_name].list_functions():
            if function.function_name == self.function_name:
                function.event_invoke_config = []


def with_reservation(before, creates: bool):
    """AWS::Lambda::Function with its ReservedConcurrentExecutions, which CloudFormation sets by PutFunctionConcurrency."""

    def from_cloudformation_json(cls, *args, **kwargs):
        function = before(cls, *args, **kwargs)
        document = next(a for a in (*args, kwargs.get("cloudformation_json")) if isinstance(a, dict))
        reserved = document["Properties"].get("ReservedConcurrentExecutions")
        function.reserved_concurrency = None
        if reserved is not None:
            backend = lambda_backends[function.account_id][function.region]
            try:
                backend.put_function_concurrency(function.function_name, reserved)
            except InvalidParameterValueException as error:
                if creates:
                    backend.delete_function(function.function_name)
                raise ValidationError(message=error.message) from error
        return function

    return classmethod(from_cloudformation_json)


def reserve_within(quota: int):
    def put_function_concurrency(self, function_name: str, reserved_concurrency):
        others = [f for f in self.list_functions() if f.function_name != function_name]
        reserved = int(reserved_concurrency) + sum(int(f.reserved_concurrency or 0) for f in others)
        kept = min(UNRESERVED, quota)
        if quota - reserved < kept:
            raise InvalidParameterValueException(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
                f"below its minimum value of [{kept}]."
            )
        self.get_function(function_name).reserved_concurrency = int(reserved_concurrency)
        return int(reserved_concurrency)

    return put_function_concurrency


def install(quota: int | None) -> None:
    """`quota`: concurrent executions of the account; None: everything may be reserved."""
    for name in ("create_from_cloudformation_json", "update_from_cloudformation_json"):
        changed = with_reservation(getattr(LambdaFunction, name).__func__, creates=name.startswith("create"))
        setattr(LambdaFunction, name, changed)
    if quota is not None:
        LambdaBackend.put_function_concurrency = reserve_within(quota)
