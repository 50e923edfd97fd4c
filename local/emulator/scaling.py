"""AWS::ApplicationAutoScaling::ScalableTarget and ::ScalingPolicy, and AWS::Logs::MetricFilter."""

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.core.common_models import CloudFormationModel
from moto.ecs.models import ecs_backends
from moto.logs.models import logs_backends


class ScalableTarget(CloudFormationModel):
    __module__ = "prometheus_ha.applicationautoscaling.models"

    def __init__(self, resource: str, dimension: str, namespace: str):
        self.resource, self.dimension, self.namespace = resource, dimension, namespace
        # As CloudFormation spells it; a policy refers to it.
        self.physical_resource_id = f"{resource}|{dimension}|{namespace}"

    @staticmethod
    def cloudformation_name_type():
        return ""

    @staticmethod
    def cloudformation_type():
        return "AWS::ApplicationAutoScaling::ScalableTarget"

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr == "Id"

    def get_cfn_attribute(self, attribute_name):
        return self.physical_resource_id

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        p = cloudformation_json["Properties"]
        keep_within(p, account_id, region_name)
        applicationautoscaling_backends[account_id][region_name].register_scalable_target(
            p["ServiceNamespace"],
            p["ResourceId"],
            p["ScalableDimension"],
            int(p["MinCapacity"]),
            int(p["MaxCapacity"]),
            p.get("RoleARN"),
            None,
        )
        return cls(p["ResourceId"], p["ScalableDimension"], p["ServiceNamespace"])

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    def delete(self, account_id, region_name):
        applicationautoscaling_backends[account_id][region_name].deregister_scalable_target(
            self.namespace, self.resource, self.dimension
        )


def keep_within(p, account_id, region_name) -> None:
    """A service with fewer tasks than the least, or more than the most, is given so many."""
    _, cluster, name = p["ResourceId"].split("/")
    found, _ = ecs_backends[account_id][region_name].describe_services(cluster, [name])
    for service in found:
        service.desired_count = min(max(service.desired_count, int(p["MinCapacity"])), int(p["MaxCapacity"]))


class ScalingPolicy(CloudFormationModel):
    __module__ = "prometheus_ha.applicationautoscaling.models"

    def __init__(self, policy):
        self.policy = policy
        self.physical_resource_id = policy.policy_arn

    @staticmethod
    def cloudformation_name_type():
        return "PolicyName"

    @staticmethod
    def cloudformation_type():
        return "AWS::ApplicationAutoScaling::ScalingPolicy"

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name):
        return self.physical_resource_id

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        p = cloudformation_json["Properties"]
        resource, dimension, namespace = p["ScalingTargetId"].split("|")
        return cls(
            applicationautoscaling_backends[account_id][region_name].put_scaling_policy(
                resource_name,
                namespace,
                resource,
                dimension,
                p.get("TargetTrackingScalingPolicyConfiguration") or p.get("StepScalingPolicyConfiguration"),
                p["PolicyType"],
            )
        )

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        original_resource.delete(account_id, region_name)
        return cls.create_from_cloudformation_json(
            original_resource.policy.policy_name, cloudformation_json, account_id, region_name
        )

    def delete(self, account_id, region_name):
        p = self.policy
        applicationautoscaling_backends[account_id][region_name].delete_scaling_policy(
            p.policy_name, p.service_namespace, p.resource_id, p.scalable_dimension
        )


class MetricFilter(CloudFormationModel):
    __module__ = "prometheus_ha.logs.models"

    def __init__(self, name: str, group: str):
        self.physical_resource_id = name
        self.group = group

    @staticmethod
    def cloudformation_name_type():
        return "FilterName"

    @staticmethod
    def cloudformation_type():
        return "AWS::Logs::MetricFilter"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        p = cloudformation_json["Properties"]
        transformations = [
            {k[0].lower() + k[1:]: v for k, v in t.items()} for t in p["MetricTransformations"]
        ]
        logs_backends[account_id][region_name].put_metric_filter(
            resource_name, p.get("FilterPattern", ""), p["LogGroupName"], transformations
        )
        return cls(resource_name, p["LogGroupName"])

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        original_resource.delete(account_id, region_name)
        return cls.create_from_cloudformation_json(
            original_resource.physical_resource_id, cloudformation_json, account_id, region_name
        )

    def delete(self, account_id, region_name):
        logs_backends[account_id][region_name].delete_metric_filter(self.physical_resource_id, self.group)
