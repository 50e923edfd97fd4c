"""Updates of stacks as CloudFormation does them, where moto's parser falls short."""

import json

from moto.cloudformation import parsing


def keep_unchangeable(before):
    """A resource whose model knows no update stays as it is. moto forgets it, and what refers to it then fails."""

    def parse_and_update_resource(logical_id, resource_json, resources_map, account_id, region_name):
        original = resources_map[logical_id]
        return before(logical_id, resource_json, resources_map, account_id, region_name) or original

    return parse_and_update_resource


def refers(resource_json, name: str) -> bool:
    text = json.dumps(resource_json)
    return any(mark in text for mark in (f'"Ref": "{name}"', f'"Fn::GetAtt": ["{name}",', f"${{{name}}}", f"${{{name}."))


def with_dependants(before):
    """What refers to a replaced resource is updated too: a service whose task definition has a new revision."""

    def update(self, template, parameters=None):
        ids = {n: getattr(r, "physical_resource_id", None) for n, r in self._parsed_resources.items()}
        before(self, template, parameters)
        replaced = [n for n, i in ids.items() if n in self._resource_json_map and id_of(self, n) != i]
        while replaced:
            name = replaced.pop()
            for dependant, resource_json in self._resource_json_map.items():
                if dependant == name or not refers(resource_json.get("Properties", {}), name):
                    continue
                earlier = id_of(self, dependant)
                self._parsed_resources[dependant] = parsing.parse_and_update_resource(
                    dependant, resource_json, self, account_id=self._account_id, region_name=self._region_name
                )
                if id_of(self, dependant) != earlier:
                    replaced.append(dependant)

    return update


def id_of(resources, name: str):
    return getattr(resources._parsed_resources.get(name), "physical_resource_id", None)


def install() -> None:
    parsing.parse_and_update_resource = keep_unchangeable(parsing.parse_and_update_resource)
    parsing.ResourceMap.update = with_dependants(parsing.ResourceMap.update)
