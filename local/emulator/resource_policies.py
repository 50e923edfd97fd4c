"""Policies of buckets and topics, which moto's CloudFormation lacks. Kept for authorize.py."""

from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel
from questions import RESOURCE_POLICIES


class ResourcePolicy:
    def __init__(self, arns: list[str], document: dict):
        self.physical_resource_id = arns[0]
        self.arns = arns
        RESOURCE_POLICIES.update({arn: document for arn in arns})

    @staticmethod
    def cloudformation_name_type():
        return ""

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        p = cloudformation_json["Properties"]
        return cls(cls.arns_of(p), p["PolicyDocument"])

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        p = cloudformation_json["Properties"]
        return cls(cls.arns_of(p), p["PolicyDocument"])

    def delete(self, account_id, region_name):
        for arn in self.arns:
            RESOURCE_POLICIES.pop(arn, None)


class BucketPolicy(ResourcePolicy, CloudFormationModel):
    """AWS::S3::BucketPolicy."""

    __module__ = "prometheus_ha.s3.models"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, *args, **kwargs):
        bucket = cloudformation_json["Properties"]["Bucket"]
        if f"arn:aws:s3:::{bucket}" in RESOURCE_POLICIES:
            raise ValidationError(message=f"The bucket policy already exists on bucket {bucket}.")
        return super().create_from_cloudformation_json(resource_name, cloudformation_json, *args, **kwargs)

    @staticmethod
    def cloudformation_type():
        return "AWS::S3::BucketPolicy"

    @staticmethod
    def arns_of(properties: dict) -> list[str]:
        return [f"arn:aws:s3:::{properties['Bucket']}"]


class TopicPolicy(ResourcePolicy, CloudFormationModel):
    """AWS::SNS::TopicPolicy."""

    __module__ = "prometheus_ha.sns.models"

    @staticmethod
    def cloudformation_type():
        return "AWS::SNS::TopicPolicy"

    @staticmethod
    def arns_of(properties: dict) -> list[str]:
        return properties["Topics"]
