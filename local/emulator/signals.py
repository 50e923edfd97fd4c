"""What machines tell CloudFormation: that they work (SignalResource), which moto does not know."""

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import EmptyResult

received: set[tuple[str, str, str]] = set()


def signal_resource(self) -> EmptyResult:
    """The deploy waits for it here for ever: a machine boots when its stack is there, in AWS while it is being made."""
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    resource, signal = self._get_param("LogicalResourceId"), self._get_param("UniqueId")
    if resource not in stack.resource_map:
        raise ValidationError(message=f"Resource {resource} does not exist for stack {stack.name}")
    if (stack.stack_id, resource, signal) in received:
        # In the words of CloudFormation.
        raise ValidationError(
            message=f"Signal with ID {signal} for resource {resource} already exists. "
            "Signals may only be updated with a FAILURE status."
        )
    received.add((stack.stack_id, resource, signal))
    return EmptyResult()


def install() -> None:
    CloudFormationResponse.signal_resource = signal_resource
