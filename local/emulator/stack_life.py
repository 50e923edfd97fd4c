"""What becomes of a stack whose create, update or delete fails, as CloudFormation does it; moto answers such a call with
the error and leaves what was made. A failed create is rolled back (ROLLBACK_COMPLETE), a failed update too
(UPDATE_ROLLBACK_COMPLETE), so is one that takes away or changes an imported export, what an update takes away goes last
and only when it succeeded, a protected stack or one whose exports are imported is not deleted. Everything happens within the call, so no …_IN_PROGRESS is ever seen."""

import json

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Event, Stack, cloudformation_backends
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult

# DeletionPolicies under which a resource outlives its stack, by whether the stack was ever there.
KEPT = {"Retain", "RetainExceptOnCreate"}
KEPT_BY_A_FAILED_CREATE = {"Retain"}
# Passes over what cannot go before something else has gone.
PASSES = 10


def said(stack: Stack, status: str, why: str | None = None, resource=("", "", "")) -> None:
    """An event of the stack, or of one of its resources: (logical id, physical id, type)."""
    logical, physical, kind = resource
    if not logical:
        stack._add_stack_event(status, resource_status_reason=why)
        return
    stack.events.append(Event(stack.stack_id, stack.name, logical, physical, kind, status, why, None))


def failing(before):
    """What was begun is known, and what of it failed: that may be half changed."""

    def parse_and_change(logical_id, resource_json, resources_map, account_id, region_name):
        resources_map.__dict__.setdefault("begun", {})[logical_id] = True
        try:
            return before(logical_id, resource_json, resources_map, account_id, region_name)
        except Exception as error:
            if not hasattr(error, "failed_resource"):
                error.failed_resource = (logical_id, "", resource_json["Type"])
            raise

    return parse_and_change


def why(error: Exception) -> str:
    return getattr(error, "message", None) or str(error) or type(error).__name__


def delete_resources(stack: Stack, resources: dict, kept: set) -> list:
    """Those of them that are there: deleted, or left where their policy keeps them. Returns what could not be."""
    there = stack.resource_map._parsed_resources
    left = [name for name in reversed(list(there)) if name in resources]
    for name in [n for n in left if resources[n].get("DeletionPolicy") in kept]:
        left.remove(name)
        said(stack, "DELETE_SKIPPED", None, told(name, there.pop(name), resources[name]))
    errors = {}
    for _ in range(PASSES):
        for name in list(left):
            try:
                stack.resource_map._delete_resource(there[name], resources[name])
            except Exception as error:
                errors[name] = why(error)
            else:
                left.remove(name)
                said(stack, "DELETE_COMPLETE", None, told(name, there.pop(name), resources[name]))
        if not left:
            break
    for name in left:
        said(stack, "DELETE_FAILED", errors[name], told(name, there[name], resources[name]))
    return left


def told(name: str, resource, resource_json: dict) -> tuple:
    return name, getattr(resource, "physical_resource_id", None) or "", resource_json["Type"]


def without_resources(stack: Stack) -> None:
    """Neither outputs nor resources: whoever asks for them would make moto create them."""
    stack.resource_map._resource_json_map = {}
    stack.output_map = parsing.OutputMap(stack.resource_map, {}, stack.stack_id)


def take_exports(backend: CloudFormationBackend, stack: Stack) -> None:
    """What the stack exports now is what others can import."""
    for name in [n for n, export in backend.exports.items() if export.exporting_stack_id == stack.stack_id]:
        del backend.exports[name]
    for export in stack.exports:
        backend.exports[export.name] = export


def rolled_back_create(before):
    def create_stack(self, name, *args, **kwargs):
        known = set(self.stacks)
        try:
            return before(self, name, *args, **kwargs)
        except Exception as error:
            made = [stack for stack_id, stack in self.stacks.items() if stack_id not in known]
            # Refused before there was a stack: a template that is none, a name that is taken.
            if not made:
                raise
            stack = made[0]
            said(stack, "CREATE_FAILED", why(error), getattr(error, "failed_resource", ("", "", "")))
            said(stack, "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create. Rollback requested by user.")
            left = delete_resources(stack, stack.resource_map._resource_json_map, KEPT_BY_A_FAILED_CREATE)
            if not left:
                without_resources(stack)
            stack.status = "ROLLBACK_FAILED" if left else "ROLLBACK_COMPLETE"
            said(stack, stack.status)
            for export in [n for n, e in self.exports.items() if e.exporting_stack_id == stack.stack_id]:
                del self.exports[export]
            return stack

    return create_stack


def removed_last(before):
    """What is no longer in the template goes when everything else is there, and stays where its policy keeps it."""

    def update(self, template, role_arn=None, parameters=None, tags=None):
        before_it = dict(self.resource_map._resource_json_map)
        was = (self.template, self.resource_map._template, self.resource_map.input_parameters, self.parameters)
        self.resource_map.begun = {}
        try:
            before(self, template, role_arn, parameters, tags)
            refuse_lost_exports(self)
        except Exception as error:
            said(self, "UPDATE_FAILED", why(error), getattr(error, "failed_resource", ("", "", "")))
            roll_back_update(self, before_it, *was)
            return
        self.description = self.template_dict.get("Description")
        gone = {n: r for n, r in before_it.items() if n not in self.template_dict["Resources"]}
        delete_resources(self, gone, KEPT)

    return update


def roll_back_update(stack: Stack, resources: dict, text, template, input_parameters, parameters) -> None:
    said(stack, "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to update.")
    own, tried = stack.resource_map, stack.resource_map._resource_json_map
    added = {n: r for n, r in tried.items() if n not in resources}
    changed = [n for n in own.begun if n in resources]
    own._template, own._resource_json_map, own.input_parameters = template, resources, input_parameters
    own.load_parameters()
    own.load_conditions()
    stack.template, stack.parameters = text, parameters
    stack._parse_template()
    failed = []
    for name in reversed(changed):
        try:
            own._parsed_resources[name] = parsing.parse_and_update_resource(
                name, resources[name], own, account_id=own._account_id, region_name=own._region_name
            )
        except Exception as error:
            failed.append(name)
            said(stack, "UPDATE_FAILED", why(error), told(name, own._parsed_resources[name], resources[name]))
    # With the cleanup: of what an update has added nothing is kept.
    delete_resources(stack, added, set())
    stack.output_map = stack._create_output_map()
    stack.status = "UPDATE_ROLLBACK_FAILED" if failed else "UPDATE_ROLLBACK_COMPLETE"
    said(stack, stack.status)


def keeping_what_goes(before):
    """moto deletes what is not in the template before anything else, whatever its policy: it is not told yet."""

    def update(self, template, parameters=None):
        gone = {n: r for n, r in self._resource_json_map.items() if n not in template["Resources"]}
        before(self, {**template, "Resources": {**template["Resources"], **gone}}, parameters)
        self._template, self._resource_json_map = template, template["Resources"]

    return update


def exported_anew(before):
    def update_stack(self, *args, **kwargs):
        stack = before(self, *args, **kwargs)
        take_exports(self, stack)
        return stack

    return update_stack


def importers(backend: CloudFormationBackend, stack: Stack) -> list:
    """(export, name of the stack that imports it) of what others have of it, as it was before an update."""
    return [
        (export, other.name)
        for export in backend.exports.values()
        for other in backend.stacks.values()
        if export.exporting_stack_id == stack.stack_id
        and other is not stack
        and json.dumps({"Fn::ImportValue": export.name}) in json.dumps(other.template_dict)
    ]


def refuse_lost_exports(stack: Stack) -> None:
    now = {export.name: export.value for export in stack.exports}
    for export, user in importers(cloudformation_backends[stack.account_id][stack.region_name], stack):
        if export.name not in now:
            raise ValidationError(message=f"Cannot delete export {export.name} as it is in use by {user}.")
        if now[export.name] != export.value:
            raise ValidationError(message=f"Cannot update export {export.name} as it is in use by {user}.")


def delete_stack(self: CloudFormationBackend, name_or_stack_id: str) -> None:
    stack = next((s for s in self.stacks.values() if name_or_stack_id in (s.stack_id, s.name)), None)
    if stack is None:
        return
    if stack.enable_termination_protection:
        raise ValidationError(message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    used = importers(self, stack)
    if used:
        said(stack, stack.status, f"Delete canceled. Cannot delete export {used[0][0].name} as it is in use by {used[0][1]}.")
        return
    said(stack, "DELETE_IN_PROGRESS", "User Initiated")
    left = delete_resources(stack, dict(stack.resource_map._resource_json_map), KEPT)
    stack.status = "DELETE_FAILED" if left else "DELETE_COMPLETE"
    said(stack, stack.status, f"The following resource(s) failed to delete: [{', '.join(left)}]." if left else None)
    if left:
        return
    without_resources(stack)
    take_exports(self, stack)
    self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)


def update_termination_protection(self: CloudFormationResponse) -> ActionResult:
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = self._get_bool_param("EnableTerminationProtection", False)
    return ActionResult({"StackId": stack.stack_id})


def install() -> None:
    parsing.parse_and_create_resource = failing(parsing.parse_and_create_resource)
    parsing.parse_and_update_resource = failing(parsing.parse_and_update_resource)
    parsing.ResourceMap.update = keeping_what_goes(parsing.ResourceMap.update)
    Stack.update = removed_last(Stack.update)
    CloudFormationBackend.create_stack = rolled_back_create(CloudFormationBackend.create_stack)
    CloudFormationBackend.update_stack = exported_anew(CloudFormationBackend.update_stack)
    CloudFormationBackend.delete_stack = delete_stack
    CloudFormationResponse.update_termination_protection = update_termination_protection
