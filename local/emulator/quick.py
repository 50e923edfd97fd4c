"""Where moto takes a long way to what it has at hand: asked many times a second here. The answers are the same."""

import functools

from moto import backends
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix


def get_tags(self):
    """It compiles a pattern of the resource's id, and tries it on every resource that has tags."""
    if not self.id:
        return []
    kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(self.id), "")
    tags = self.ec2_backend.tags.get(self.id, {})
    return [{"resource_id": self.id, "key": key, "value": value, "resource_type": kind} for key, value in tags.items()]


TaggedEC2Resource.get_tags = get_tags

_modules = backends.list_of_moto_modules
# It reads its own directory with each request.
backends.list_of_moto_modules = functools.cache(lambda: frozenset(_modules()))
