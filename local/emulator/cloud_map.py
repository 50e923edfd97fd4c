"""Cloud Map in CloudFormation: AWS::ServiceDiscovery::PrivateDnsNamespace and ::Service."""

from moto.core.common_models import CloudFormationModel
from moto.core.exceptions import JsonRESTError
from moto.servicediscovery.models import ServiceDiscoveryBackend, servicediscovery_backends


class PrivateDnsNamespace(CloudFormationModel):
    __module__ = "prometheus_ha.servicediscovery.models"

    def __init__(self, namespace_id: str, arn: str, zone: str):
        self.physical_resource_id = namespace_id
        self.arn, self.zone = arn, zone

    @staticmethod
    def cloudformation_name_type():
        return "Name"

    @staticmethod
    def cloudformation_type():
        return "AWS::ServiceDiscovery::PrivateDnsNamespace"

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr in ("Arn", "HostedZoneId", "Id")

    def get_cfn_attribute(self, attribute_name):
        return {"Arn": self.arn, "HostedZoneId": self.zone, "Id": self.physical_resource_id}[attribute_name]

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        p = cloudformation_json["Properties"]
        backend = servicediscovery_backends[account_id][region_name]
        backend.create_private_dns_namespace(
            name=resource_name,
            creator_request_id=resource_name,
            description=p.get("Description", ""),
            vpc=p["Vpc"],
            tags=p.get("Tags", []),
            properties=with_numbers(p.get("Properties", {})),
        )
        namespace = next(n for n in backend.list_namespaces() if n.name == resource_name and n.vpc == p["Vpc"])
        return cls(namespace.id, namespace.arn, namespace.dns_properties["HostedZoneId"])

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        p = cloudformation_json["Properties"]
        backend = servicediscovery_backends[account_id][region_name]
        namespace = backend.get_namespace(original_resource.physical_resource_id)
        changed = with_numbers(p.get("Properties", {})).get("DnsProperties", {})
        backend.update_private_dns_namespace(
            namespace.id, p.get("Description", ""), {**namespace.dns_properties, **changed}
        )
        return original_resource

    def delete(self, account_id, region_name):
        servicediscovery_backends[account_id][region_name].delete_namespace(self.physical_resource_id)


class DiscoveryService(CloudFormationModel):
    __module__ = "prometheus_ha.servicediscovery.models"

    def __init__(self, service_id: str, arn: str, name: str):
        self.physical_resource_id = service_id
        self.attributes = {"Arn": arn, "Id": service_id, "Name": name}

    @staticmethod
    def cloudformation_name_type():
        return "Name"

    @staticmethod
    def cloudformation_type():
        return "AWS::ServiceDiscovery::Service"

    @classmethod
    def has_cfn_attr(cls, attr):
        return attr in ("Arn", "Id", "Name")

    def get_cfn_attribute(self, attribute_name):
        return self.attributes[attribute_name]

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        p = cloudformation_json["Properties"]
        dns = with_numbers(p.get("DnsConfig"))
        service = servicediscovery_backends[account_id][region_name].create_service(
            name=resource_name,
            # The stack gives it in one of two places.
            namespace_id=p.get("NamespaceId") or (dns or {}).get("NamespaceId"),
            creator_request_id=resource_name,
            description=p.get("Description", ""),
            dns_config=dns,
            health_check_config=p.get("HealthCheckConfig"),
            health_check_custom_config=with_numbers(p.get("HealthCheckCustomConfig")),
            tags=p.get("Tags", []),
            service_type="DNS_HTTP",
        )
        return cls(service.id, service.arn, service.name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        p = cloudformation_json["Properties"]
        details = {"Description": p.get("Description", "")}
        if "DnsConfig" in p:
            details["DnsConfig"] = with_numbers(p["DnsConfig"])
        servicediscovery_backends[account_id][region_name].update_service(
            original_resource.physical_resource_id, details
        )
        return original_resource

    def delete(self, account_id, region_name):
        servicediscovery_backends[account_id][region_name].delete_service(self.physical_resource_id)


def with_numbers(config):
    """Templates may spell a number as text; clients of the API expect a number."""
    if isinstance(config, dict):
        return {k: int(v) if k in ("TTL", "FailureThreshold") else with_numbers(v) for k, v in config.items()}
    return [with_numbers(v) for v in config] if isinstance(config, list) else config


def register_once(before):
    """RegisterInstance of an instance that is there already changes it, and does not add a second one."""

    def register_instance(self, service_id, instance_id, creator_request_id, attributes):
        service = self.get_service(service_id)
        health = {i.instance_id: i.health_status for i in service.instances}.get(instance_id)
        service.instances[:] = [i for i in service.instances if i.instance_id != instance_id]
        operation = before(self, service_id, instance_id, creator_request_id, attributes)
        # The emulator keeps the instance only; whoever asks for the operation is judged by the service.
        self.operations[operation].targets["SERVICE"] = service_id
        registered = service.instances[-1]
        registered.health_status = attributes.get("AWS_INIT_HEALTH_STATUS", health or "HEALTHY")
        return operation

    return register_instance


def empty_only(before):
    """A service with addresses in it is not given up."""

    def delete_service(self, service_id: str) -> None:
        if self.get_service(service_id).instances:
            raise ResourceInUse("Service contains registered instances; delete the instances before deleting the service")
        before(self, service_id)

    return delete_service


class ResourceInUse(JsonRESTError):
    code = 400

    def __init__(self, message: str):
        super().__init__("ResourceInUse", message)


def install() -> None:
    ServiceDiscoveryBackend.delete_service = empty_only(ServiceDiscoveryBackend.delete_service)
    ServiceDiscoveryBackend.register_instance = register_once(ServiceDiscoveryBackend.register_instance)
