"""ECS in CloudFormation: clusters, task definitions and services with all that our templates say of them."""

from balancing import balancers_of
from moto.core.utils import pascal_to_camelcase
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, Service, TaskDefinition, ecs_backends
from moto.elbv2.models import elbv2_backends

# Maps whose keys are the user's own.
VERBATIM = ("Options", "DockerLabels")
NUMBERS = (
    "ContainerPort", "HostPort", "Interval", "Timeout", "Retries", "StartPeriod", "StopTimeout", "SizeInGiB",
    "MinimumHealthyPercent", "MaximumPercent", "DesiredCount", "HealthCheckGracePeriodSeconds", "Cpu", "Memory",
)  # fmt: skip


def api_form(value):
    """A part of a template as the API has it: keys begin with a small letter, numbers are numbers."""
    if isinstance(value, list):
        return [api_form(v) for v in value]
    if not isinstance(value, dict):
        return value
    return {pascal_to_camelcase(k): v if k in VERBATIM else number(k, v) for k, v in value.items()}


def number(key, value):
    return int(value) if key in NUMBERS and isinstance(value, str) else api_form(value)


def create_cluster(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    p = cloudformation_json["Properties"]
    return ecs_backends[account_id][region_name].create_cluster(
        resource_name, cluster_settings=api_form(p.get("ClusterSettings", [])), tags=api_form(p.get("Tags", []))
    )


def delete_cluster(self, account_id, region_name):
    ecs_backends[account_id][region_name].delete_cluster(self.arn)


def create_task_definition(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    p = cloudformation_json["Properties"]
    made = ecs_backends[account_id][region_name].register_task_definition(
        family=p.get("Family", resource_name),
        container_definitions=api_form(p["ContainerDefinitions"]),
        volumes=api_form(p.get("Volumes", [])),
        network_mode=p.get("NetworkMode"),
        tags=api_form(p.get("Tags", [])),
        requires_compatibilities=p.get("RequiresCompatibilities"),
        cpu=p.get("Cpu"),
        memory=p.get("Memory"),
        task_role_arn=p.get("TaskRoleArn"),
        execution_role_arn=p.get("ExecutionRoleArn"),
        runtime_platform=api_form(p.get("RuntimePlatform")),
        ephemeral_storage=api_form(p.get("EphemeralStorage")),
    )
    made.properties = p
    return made


def update_task_definition(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    """A changed task definition is a further revision; the old one is retired."""
    if original_resource.properties == cloudformation_json["Properties"]:
        return original_resource
    made = create_task_definition(cls, original_resource.family, cloudformation_json, account_id, region_name)
    ecs_backends[account_id][region_name].deregister_task_definition(original_resource.arn)
    return made


def delete_task_definition(self, account_id, region_name):
    ecs_backends[account_id][region_name].deregister_task_definition(self.arn)


def settings_of(p):
    """What create_service and update_service of the emulator do not take, but describe_services tells."""
    found = {
        "deployment_configuration": api_form(p.get("DeploymentConfiguration")),
        "health_check_grace_period_seconds": p.get("HealthCheckGracePeriodSeconds"),
        "availability_zone_rebalancing": p.get("AvailabilityZoneRebalancing"),
    }
    return {k: v for k, v in found.items() if v is not None}


def create_service(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    p = cloudformation_json["Properties"]
    service = ecs_backends[account_id][region_name].create_service(
        p["Cluster"],
        resource_name,
        # CloudFormation's default, not the API's.
        int(p.get("DesiredCount", 1)),
        task_definition_str=p["TaskDefinition"],
        load_balancers=api_form(p.get("LoadBalancers", [])),
        tags=api_form(p.get("Tags", [])),
        launch_type=p.get("LaunchType"),
        service_registries=api_form(p.get("ServiceRegistries", [])),
        platform_version=p.get("PlatformVersion"),
        propagate_tags=p.get("PropagateTags", "NONE"),
        network_configuration=api_form(p.get("NetworkConfiguration")),
    )
    for name, value in settings_of(p).items():
        setattr(service, name, value)
    return service


def update_service(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    """Name and cluster cannot change without a replacement, which none of our deployments does."""
    p = cloudformation_json["Properties"]
    return ecs_backends[account_id][region_name].update_service(
        {
            "cluster": p["Cluster"],
            "service": original_resource.name,
            "task_definition": p["TaskDefinition"],
            "desired_count": int(p["DesiredCount"]) if "DesiredCount" in p else None,
            "load_balancers": api_form(p.get("LoadBalancers", [])),
            "service_registries": api_form(p.get("ServiceRegistries", [])),
            "network_configuration": api_form(p.get("NetworkConfiguration")),
            **settings_of(p),
        }
    )


def delete_service(self, account_id, region_name):
    backend = ecs_backends[account_id][region_name]
    backend.delete_service(self.cluster_name, self.name, force=True)
    # Otherwise the emulator lists it for ever.
    del backend.services[f"{self.cluster_name}:{self.name}"]


def behind_a_balancer(before):
    """CreateService is refused, as AWS does, while no listener forwards to a target group of the service."""

    def create_service(self, cluster, name, count, task_definition_str=None, load_balancers=None, *args, **kwargs):
        groups = elbv2_backends[self.account_id][self.region_name].target_groups
        for arn in [b["targetGroupArn"] for b in load_balancers or [] if "targetGroupArn" in b]:
            if arn not in groups or not balancers_of(groups[arn]):
                raise InvalidParameterException(
                    f"The target group with targetGroupArn {arn} does not have an associated load balancer."
                )
        return before(self, cluster, name, count, task_definition_str, load_balancers, *args, **kwargs)

    return create_service


def install(refuses: bool) -> None:
    if refuses:
        EC2ContainerServiceBackend.create_service = behind_a_balancer(EC2ContainerServiceBackend.create_service)
    for model, create, update, delete in (
        (Cluster, create_cluster, None, delete_cluster),
        (TaskDefinition, create_task_definition, update_task_definition, delete_task_definition),
        (Service, create_service, update_service, delete_service),
    ):
        model.create_from_cloudformation_json = classmethod(create)
        if update is not None:
            model.update_from_cloudformation_json = classmethod(update)
        model.delete = delete
