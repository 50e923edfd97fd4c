"""Versions of launch templates, as EC2 makes them."""

from moto.ec2.responses.launch_templates import LaunchTemplates

_create = LaunchTemplates.create_launch_template_version


def create_launch_template_version(self):
    """What a version does not say, it takes from the one that it is made of (SourceVersion); moto leaves that out."""
    source = self._get_param("SourceVersion")
    if source is None:
        return _create(self)
    name, by_id = self._get_param("LaunchTemplateName"), self._get_param("LaunchTemplateId")
    backend = self.ec2_backend
    template = backend.get_launch_template_by_name(name) if name else backend.get_launch_template(by_id)
    inherited = template.get_version(source).data
    create_version = template.create_version
    template.create_version = lambda data, description: create_version({**inherited, **data}, description)
    try:
        return _create(self)
    finally:
        del template.create_version


LaunchTemplates.create_launch_template_version = create_launch_template_version
