"""Resources that moto's CloudFormation makes and never deletes: with their stack they would stay. Rules of security groups
and permissions of functions are not here: they go with what they belong to."""

from moto.cloudformation import parsing
from moto.ec2.models import ec2_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends

EC2 = {
    "AWS::EC2::EIP": lambda ec2, it: ec2.release_address(allocation_id=it.allocation_id),
    "AWS::EC2::FlowLog": lambda ec2, it: ec2.delete_flow_logs([it.id]),
    "AWS::EC2::InternetGateway": lambda ec2, it: ec2.delete_internet_gateway(it.id),
    "AWS::EC2::NatGateway": lambda ec2, it: ec2.delete_nat_gateway(it.id),
    "AWS::EC2::Route": lambda ec2, it: ec2.delete_route(it.route_table.id, it.destination_cidr_block),
    "AWS::EC2::RouteTable": lambda ec2, it: ec2.delete_route_table(it.id),
    "AWS::EC2::SubnetRouteTableAssociation": lambda ec2, it: disassociate(ec2, it),
    "AWS::EC2::VPCEndpoint": lambda ec2, it: delete_endpoint(ec2, it),
    "AWS::EC2::VPCGatewayAttachment": lambda ec2, it: ec2.detach_internet_gateway(it.gateway_id, it.vpc_id),
    "AWS::EC2::Volume": lambda ec2, it: ec2.delete_volume(it.id),
}
ELB = {
    "AWS::ElasticLoadBalancingV2::Listener": lambda elb, it: elb.delete_listener(it.arn),
    "AWS::ElasticLoadBalancingV2::TargetGroup": lambda elb, it: elb.delete_target_group(it.arn),
}


def disassociate(ec2, association) -> None:
    table = ec2.get_route_table(association.route_table_id)
    for association_id, subnet in list(table._associations.items()):
        if subnet == association.subnet_id:
            ec2.disassociate_route_table(association_id)


def delete_endpoint(ec2, endpoint) -> None:
    ec2.delete_vpc_endpoints([endpoint.id])
    # moto shows it for ever, as "deleted".
    del ec2.vpc_end_points[endpoint.id]


def delete_policy(policy, account_id: str) -> None:
    iam = iam_backends[account_id]["aws"]
    for holder in [*iam.roles.values(), *iam.users.values(), *iam.groups.values()]:
        if policy.arn in holder.managed_policies:
            policy.detach_from(holder)
    iam.delete_policy(policy.arn)


def install() -> None:
    models = parsing.get_model_map()
    for types, backends in ((EC2, ec2_backends), (ELB, elbv2_backends)):
        for kind, end in types.items():
            models[kind].delete = deleting(end, backends)
    models["AWS::IAM::ManagedPolicy"].delete = lambda self, account_id, region_name: delete_policy(self, account_id)


def deleting(end, backends):
    return lambda self, account_id, region_name: end(backends[account_id][region_name], self)
