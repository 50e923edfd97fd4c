"""Security groups and route tables as CloudFormation makes them. moto leaves out what groups let out, so that all of them
let out everything, and does not show which subnet has which route table."""

from moto.core.common_models import CloudFormationModel
from moto.ec2.models import ec2_backends
from moto.ec2.models.security_groups import SecurityGroup
from moto.ec2.models.subnets import SubnetRouteTableAssociation


def let_out(group_id: str, rule: dict, account_id: str, region_name: str) -> None:
    to_group = rule.get("DestinationSecurityGroupId")
    ec2_backends[account_id][region_name].authorize_security_group_egress(
        group_name_or_id=group_id,
        ip_protocol=str(rule["IpProtocol"]),
        from_port=rule.get("FromPort"),
        to_port=rule.get("ToPort"),
        ip_ranges=[{"CidrIp": rule["CidrIp"]}] if "CidrIp" in rule else [],
        source_groups=[{"GroupId": to_group}] if to_group else [],
    )


def with_egress(before):
    """Rules of its own take the place of the one that every new group has."""

    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        group = before(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
        rules = cloudformation_json["Properties"].get("SecurityGroupEgress", [])
        if rules:
            group.egress_rules.clear()
        for rule in rules:
            let_out(group.id, rule, account_id, region_name)
        return group

    return classmethod(create_from_cloudformation_json)


class SecurityGroupEgress(CloudFormationModel):
    """AWS::EC2::SecurityGroupEgress."""

    __module__ = "prometheus_ha.ec2.models"

    def __init__(self, name: str):
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type():
        return ""

    @staticmethod
    def cloudformation_type():
        return "AWS::EC2::SecurityGroupEgress"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        rule = cloudformation_json["Properties"]
        let_out(rule["GroupId"], rule, account_id, region_name)
        return cls(resource_name)


def with_association(before):
    """It reads back by DescribeRouteTables."""

    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        p = cloudformation_json["Properties"]
        ec2_backends[account_id][region_name].associate_route_table(p["RouteTableId"], subnet_id=p["SubnetId"])
        return before(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)

    return classmethod(create_from_cloudformation_json)


def install() -> None:
    SecurityGroup.create_from_cloudformation_json = with_egress(SecurityGroup.create_from_cloudformation_json.__func__)
    SubnetRouteTableAssociation.create_from_cloudformation_json = with_association(
        SubnetRouteTableAssociation.create_from_cloudformation_json.__func__
    )
