"""Auto Scaling groups as an update of a stack treats them: the group stays, and so do its instances until somebody
replaces them one by one (the local run plays the rolling update). moto would delete the group and make another one."""

from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup, autoscaling_backends


def update_group(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    p = cloudformation_json["Properties"]
    backend = autoscaling_backends[account_id][region_name]
    before, after = set(original_resource.target_group_arns), set(p.get("TargetGroupARNs", []))
    backend.detach_load_balancer_target_groups(original_resource.name, sorted(before - after))
    backend.attach_load_balancer_target_groups(original_resource.name, sorted(after - before))
    return backend.update_auto_scaling_group(
        name=original_resource.name,
        availability_zones=p.get("AvailabilityZones", []),
        desired_capacity=None,
        max_size=int(p["MaxSize"]),
        min_size=int(p["MinSize"]),
        launch_config_name=None,
        launch_template=p.get("LaunchTemplate", {}),
        mixed_instances_policy=p.get("MixedInstancesPolicy", {}),
        vpc_zone_identifier=",".join(p.get("VPCZoneIdentifier", [])) or None,
        health_check_period=p.get("HealthCheckGracePeriod"),
        health_check_type=p.get("HealthCheckType"),
    )


def with_targets(before):
    """Whoever replaces a terminated instance takes its place in the target groups; moto does so for ELBs only."""

    def notify_terminate_instances(self, instance_ids):
        groups = [
            name
            for name, group in self.autoscaling_groups.items()
            if any(state.instance.id in instance_ids for state in group.instance_states)
        ]
        before(self, instance_ids)
        for name in groups:
            for arn in self.autoscaling_groups[name].target_group_arns:
                self.elbv2_backend.deregister_targets(arn, [{"Id": i} for i in instance_ids])
            self.update_attached_target_groups(name)

    return notify_terminate_instances


def install() -> None:
    FakeAutoScalingGroup.update_from_cloudformation_json = classmethod(update_group)
    AutoScalingBackend.notify_terminate_instances = with_targets(AutoScalingBackend.notify_terminate_instances)
