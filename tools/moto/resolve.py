"""What the intrinsic functions of a template come to, by what CloudFormation and the services' APIs tell.

Nothing here knows what the adapters were given: a reference is followed through the API alone.
"""

import functools
import re
from typing import Any

from adapter import ACCOUNT, REGION, TYPES, Properties, client

PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
}
NO_VALUE = object()


class Stack:
    """A deployed stack and the template it was made of."""

    def __init__(self, name: str, template: Properties):
        self.name = name
        self.resources = template["Resources"]
        self.parameters = template.get("Parameters", {})
        answer = client("cloudformation").describe_stack_resources(StackName=name)["StackResources"]
        self.ids = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in answer}

    @functools.cache
    def properties_of(self, logical_id: str) -> Properties:
        """The resource's properties with every function replaced by what it comes to."""
        return self.resolve(self.resources[logical_id].get("Properties", {}))

    def resolve(self, value: Any) -> Any:
        """The value with every function in it replaced by what it comes to."""
        match value:
            case list():
                return [each for each in map(self.resolve, value) if each is not NO_VALUE]
            case dict() if len(value) == 1 and (name := next(iter(value))) in FUNCTIONS:
                return FUNCTIONS[name](self, value[name])
            case dict():
                pairs = ((name, self.resolve(each)) for name, each in value.items())
                return {name: each for name, each in pairs if each is not NO_VALUE}
            case _:
                return value

    def ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name == "AWS::StackName":
            return self.name
        return PSEUDO_PARAMETERS.get(name) or self.ids[name]

    def attribute(self, of: Any) -> Any:
        logical_id, name = of.split(".", 1) if isinstance(of, str) else of
        resource_type = self.resources[logical_id]["Type"]
        attributes = TYPES[resource_type].attributes(self.ids[logical_id], self.properties_of(logical_id))
        if name not in attributes:
            raise LookupError(f"the adapter of {resource_type} must tell the attribute {name}, does not")
        return attributes[name]

    def join(self, of: list[Any]) -> str:
        separator, parts = of
        return separator.join(str(part) for part in self.resolve(parts))

    def substitute(self, of: Any) -> str:
        text, own = (of, {}) if isinstance(of, str) else of
        values = self.resolve(own)

        def value_of(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            return str(values[name] if name in values else self.attribute(name) if "." in name else self.ref(name))

        return re.sub(r"\$\{([^}]+)\}", value_of, text)

    def select(self, of: list[Any]) -> Any:
        index, values = of
        return self.resolve(values)[int(index)]

    def split(self, of: list[Any]) -> list[str]:
        separator, text = of
        return self.resolve(text).split(separator)


@functools.cache
def exports() -> dict[str, str]:
    """The exported values of all stacks by name."""
    pages = client("cloudformation").get_paginator("list_exports").paginate()
    return {each["Name"]: each["Value"] for page in pages for each in page["Exports"]}


FUNCTIONS = {
    "Ref": Stack.ref,
    "Fn::GetAtt": Stack.attribute,
    "Fn::ImportValue": lambda stack, of: exports()[stack.resolve(of)],
    "Fn::Join": Stack.join,
    "Fn::Select": Stack.select,
    "Fn::Split": Stack.split,
    "Fn::Sub": Stack.substitute,
}
