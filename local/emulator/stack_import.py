"""Change sets of type IMPORT, as `cdk import` makes them: a stack takes over what outlived an earlier one. moto knows none."""

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.s3.models import s3_backends
from questions import RESOURCE_POLICIES
from resource_policies import BucketPolicy
from stack_life import said, take_exports, told


def volume(identifier: dict, account_id: str, region_name: str):
    return ec2_backends[account_id][region_name].volumes.get(identifier["VolumeId"])


def bucket(identifier: dict, account_id: str, region_name: str):
    return s3_backends[account_id]["aws"].buckets.get(identifier["BucketName"])


def bucket_policy(identifier: dict, account_id: str, region_name: str):
    arn = f"arn:aws:s3:::{identifier['Bucket']}"
    return BucketPolicy([arn], RESOURCE_POLICIES[arn]) if arn in RESOURCE_POLICIES else None


# Of what can be imported in AWS, what of our stacks outlives them.
FOUND_BY = {"AWS::EC2::Volume": volume, "AWS::S3::Bucket": bucket, "AWS::S3::BucketPolicy": bucket_policy}


def refused(why: str) -> ValidationError:
    return ValidationError(message=why)


def of_type_import(before):
    def create_change_set(self):
        if self._get_param("ChangeSetType") != "IMPORT":
            return before(self)
        backend, name = self.cloudformation_backend, self._get_param("StackName")
        there = [stack for stack in backend.stacks.values() if stack.name == name]
        if there and there[0].status == "REVIEW_IN_PROGRESS":
            # Of a change set that was never executed: another one takes its place.
            del backend.stacks[there.pop().stack_id]
        url = self._get_param("TemplateURL")
        change_set_id, stack_id = backend.create_change_set(
            stack_name=name,
            change_set_name=self._get_param("ChangeSetName"),
            template=self._get_stack_from_s3_url(url) if url else self._get_param("TemplateBody"),
            parameters=self._get_params_from_list(self._get_param("Parameters", [])),
            description=self._get_param("Description"),
            change_set_type="UPDATE" if there else "CREATE",
            tags={tag["Key"]: tag["Value"] for tag in self._get_param("Tags", [])},
        )
        change_set = backend.change_sets[change_set_id]
        change_set.change_set_type = "IMPORT"
        change_set.to_import = {one["LogicalResourceId"]: one for one in self._get_param("ResourcesToImport", [])}
        check(change_set)
        return ActionResult({"Id": change_set_id, "StackId": stack_id})

    return create_change_set


def check(change_set) -> None:
    resources = change_set.template_dict["Resources"]
    known = change_set.stack.resource_map._resource_json_map
    for name, resource in resources.items():
        if name not in known and name not in change_set.to_import:
            raise refused("As part of the import operation, you cannot modify or add [Resources]")
        if name in change_set.to_import and "DeletionPolicy" not in resource:
            raise refused(f"Resources to import must have a DeletionPolicy attribute: [{name}]")
        if name in change_set.to_import and resource["Type"] not in FOUND_BY:
            raise refused(f"ResourceTypes [{resource['Type']}] are not supported for Import")


def take_over(backend: CloudFormationBackend, stack: Stack, change_set) -> None:
    taken = {}
    for name, one in change_set.to_import.items():
        kind, identifier = one["ResourceType"], one["ResourceIdentifier"]
        found = FOUND_BY[kind](identifier, backend.account_id, backend.region_name)
        if found is None:
            raise refused(f"Resource of type '{kind}' with identifier '{identifier}' was not found.")
        owners = (other.name for other in backend.stacks.values() if owns(other, found))
        owner = next(owners, None)
        if owner is not None:
            raise refused(f"Resource {identifier} of type '{kind}' already exists in stack {owner}")
        found.cf_resource_type, found.logical_resource_id = kind, name
        taken[name] = found
    stack.template = change_set.template
    stack._parse_template()
    own = stack.resource_map
    own._template, own._resource_json_map = stack.template_dict, stack.template_dict["Resources"]
    own.load()
    own._parsed_resources.update(taken)
    stack.output_map = stack._create_output_map()
    for name, found in taken.items():
        said(stack, "IMPORT_COMPLETE", None, told(name, found, own._resource_json_map[name]))


def owns(stack: Stack, found) -> bool:
    there = [stack.resource_map._parsed_resources.get(name) for name in stack.resource_map._resource_json_map]
    kind, name = type(found), getattr(found, "physical_resource_id", None)
    return any(type(one) is kind and getattr(one, "physical_resource_id", None) == name for one in there)


def executed(before):
    def execute_change_set(self, change_set_name, stack_name=None):
        change_set = self.describe_change_set(change_set_name)
        if change_set.change_set_type != "IMPORT":
            return before(self, change_set_name, stack_name)
        stack = self.stacks[change_set.stack_id]
        take_over(self, stack, change_set)
        take_exports(self, stack)
        change_set.execution_status = "EXECUTE_COMPLETE"
        stack.status = "IMPORT_COMPLETE"
        said(stack, stack.status)

    return execute_change_set


def install() -> None:
    CloudFormationResponse.create_change_set = of_type_import(CloudFormationResponse.create_change_set)
    CloudFormationBackend.execute_change_set = executed(CloudFormationBackend.execute_change_set)
