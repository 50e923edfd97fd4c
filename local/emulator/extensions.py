"""What our templates use and moto's CloudFormation lacks. Each maps a resource's properties to the call of moto's own
backend, so that it reads back through the ordinary API. moto finds these classes as subclasses of CloudFormationModel;
their __module__ must look like a.b.c."""

import json

import balancing
import cloud_map
import ecs
import functions
import groups
import network
import orders
import quick  # noqa: F401 (it patches moto)
import quotas
import resource_policies  # noqa: F401 (its classes register themselves)
import scaling  # noqa: F401 (its classes register themselves)
import signals
import stack_deletes
import stack_import
import stack_life
import stack_updates
import templates  # noqa: F401 (it patches moto)
import volumes
from moto.cloudwatch.models import Alarm, cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.ec2.models.elastic_block_store import Volume
from moto.elbv2.models import FakeLoadBalancer, FakeTargetGroup, elbv2_backends
from moto.kms.models import Key
from moto.kms.utils import generate_private_key
from moto.s3.models import FakeBucket
from moto.sns.models import sns_backends


class CloudWatchAlarm(CloudFormationModel):
    """AWS::CloudWatch::Alarm, with Fn::GetAtt Arn."""

    __module__ = "prometheus_ha.cloudwatch.models"

    def __init__(self, alarm: Alarm):
        self.alarm = alarm

    @property
    def physical_resource_id(self):
        return self.alarm.name

    @staticmethod
    def cloudformation_name_type():
        return "AlarmName"

    @staticmethod
    def cloudformation_type():
        return "AWS::CloudWatch::Alarm"

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name):
        return self.alarm.alarm_arn

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        p = cloudformation_json["Properties"]
        alarm = cloudwatch_backends[account_id][region_name].put_metric_alarm(
            name=resource_name,
            namespace=p.get("Namespace"),
            metric_name=p.get("MetricName"),
            comparison_operator=p["ComparisonOperator"],
            evaluation_periods=int(p["EvaluationPeriods"]),
            datapoints_to_alarm=int(p["DatapointsToAlarm"]) if "DatapointsToAlarm" in p else None,
            period=int(p["Period"]),
            threshold=float(p["Threshold"]),
            statistic=p.get("Statistic"),
            description=p.get("AlarmDescription"),
            dimensions=p.get("Dimensions", []),
            alarm_actions=p.get("AlarmActions", []),
            ok_actions=p.get("OKActions", []),
            insufficient_data_actions=p.get("InsufficientDataActions", []),
            treat_missing_data=p.get("TreatMissingData"),
        )
        return cls(alarm)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    def delete(self, account_id, region_name):
        cloudwatch_backends[account_id][region_name].delete_alarms([self.alarm.name])


class SnsSubscription(CloudFormationModel):
    """AWS::SNS::Subscription."""

    __module__ = "prometheus_ha.sns.models"

    def __init__(self, arn: str):
        self.physical_resource_id = arn

    @staticmethod
    def cloudformation_name_type():
        return ""

    @staticmethod
    def cloudformation_type():
        return "AWS::SNS::Subscription"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        p = cloudformation_json["Properties"]
        backend = sns_backends[account_id][region_name]
        return cls(backend.subscribe(p["TopicArn"], p["Endpoint"], p["Protocol"]).arn)

    def delete(self, account_id, region_name):
        sns_backends[account_id][region_name].unsubscribe(self.physical_resource_id)


def create_load_balancer(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    """AWS::ElasticLoadBalancingV2::LoadBalancer with its Type, which moto drops: all would be ALBs, without TCP."""
    p = cloudformation_json["Properties"]
    balancer = elbv2_backends[account_id][region_name].create_load_balancer(
        resource_name,
        p.get("SecurityGroups"),
        p.get("Subnets"),
        scheme=p.get("Scheme", "internet-facing"),
        loadbalancer_type=p.get("Type", "application"),
        tags=p.get("Tags"),
    )
    balancer.attrs.update({a["Key"]: a["Value"] for a in p.get("LoadBalancerAttributes", [])})
    return balancer


def with_kms_properties(before):
    """
    AWS::KMS::Key with tags, for which CloudFormation says Key and Value, and KMS's own API TagKey and TagValue. And with what it is
    for: moto makes each of them one that encrypts.
    """

    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, *args, **kwargs):
        p = dict(cloudformation_json["Properties"])
        p["Tags"] = [{"TagKey": t["Key"], "TagValue": t["Value"]} for t in p.get("Tags", [])]
        # KMS's API has the policy as text.
        if "KeyPolicy" in p:
            p["KeyPolicy"] = json.dumps(p["KeyPolicy"])
        key = before(cls, resource_name, {**cloudformation_json, "Properties": p}, *args, **kwargs)
        key.key_spec, key.key_usage = p.get("KeySpec", key.key_spec), p.get("KeyUsage", key.key_usage)
        key.private_key = generate_private_key(key.key_spec)
        return key

    return classmethod(create_from_cloudformation_json)


def with_volume_properties(before):
    """AWS::EC2::Volume with its tags and encryption."""

    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, *args, **kwargs):
        volume = before(cls, resource_name, cloudformation_json, *args, **kwargs)
        p = cloudformation_json["Properties"]
        volume.encrypted = str(p.get("Encrypted", False)).lower() == "true"
        volume.volume_type = p.get("VolumeType", volume.volume_type)
        for tag in p.get("Tags", []):
            volume.add_tag(tag["Key"], tag["Value"])
        return volume

    return classmethod(create_from_cloudformation_json)


def with_group_attributes(before):
    """AWS::ElasticLoadBalancingV2::TargetGroup with its attributes, stickiness among them, and its tags."""

    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, *args, **kwargs):
        group = before(cls, resource_name, cloudformation_json, *args, **kwargs)
        p = cloudformation_json["Properties"]
        group.attributes.update({a["Key"]: a["Value"] for a in p.get("TargetGroupAttributes", [])})
        backend = elbv2_backends[group.account_id][group.region_name]
        backend.tagging_service.tag_resource(group.arn, p.get("Tags", []))
        return group

    return classmethod(create_from_cloudformation_json)


def with_versioning(before):
    """AWS::S3::Bucket with its versioning: the assignment's versions are its history."""

    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, *args, **kwargs):
        bucket = before(cls, resource_name, cloudformation_json, *args, **kwargs)
        bucket.versioning_status = cloudformation_json["Properties"].get("VersioningConfiguration", {}).get("Status")
        return bucket

    return classmethod(create_from_cloudformation_json)


def named_bucket(before):
    """moto looks for the name that CloudFormation chose when the tags of a bucket change, and finds none."""

    def update(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        p = {"BucketName": original_resource.name, **cloudformation_json["Properties"]}
        return before(
            cls, original_resource, new_resource_name, {**cloudformation_json, "Properties": p}, account_id, region_name
        )

    return update


def extend(model, around) -> None:
    """Wraps the model's own constructor."""
    model.create_from_cloudformation_json = around(model.create_from_cloudformation_json.__func__)


def install(lambda_concurrency: int | None, without: list) -> None:
    """Defining the classes above registered them; methods are replaced here. `without`: teeth that are left out."""
    FakeLoadBalancer.create_from_cloudformation_json = classmethod(create_load_balancer)
    extend(Key, with_kms_properties)
    extend(Volume, with_volume_properties)
    extend(FakeTargetGroup, with_group_attributes)
    extend(FakeBucket, with_versioning)
    FakeBucket.update_from_cloudformation_json = classmethod(
        named_bucket(FakeBucket.update_from_cloudformation_json.__func__)
    )
    balancing.install()
    cloud_map.install()
    ecs.install(refuses="ecs" not in without)
    functions.install(lambda_concurrency)
    groups.install()
    network.install()
    orders.install()
    quotas.install(lambda_concurrency)
    signals.install()
    stack_updates.install()
    stack_deletes.install()
    stack_life.install()
    stack_import.install()
    volumes.install()
