"""Compares what was deployed, as the services' APIs tell it, with the templates of a CDK assembly.

    python compare.py cdk.out

Prints JSON: `resources` and `properties` count what was compared, `kept` names the properties that moto's API forgets,
so that an adapter keeps them, and `differences` has a sentence for each property that is not what its template says. A
property of which the API tells nothing is a difference, and so is a type without an adapter.
"""

import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any

import resources  # noqa: F401  fills the table of types
from adapter import TYPES, Properties
from resolve import Stack


class Comparison:
    """Counts what is compared and gathers what differs."""

    def __init__(self) -> None:
        self.resources = 0
        self.properties = 0
        self.kept: set[str] = set()
        self.differences: list[str] = []

    def compare(self, meant: Any, told: Any, path: str) -> None:
        """Holds each value that is meant against the one that is told; what is told beyond is nobody's business."""
        match meant, told:
            case dict(), dict():
                for name, value in meant.items():
                    self.compare(value, told.get(name), f"{path}.{name}")
            case list(), list() if len(meant) != len(told):
                self.differs(path, f"{len(meant)} items", f"{len(told)}: {json.dumps(told, default=str)}")
            case list(), list():
                for index, (value, other) in enumerate(zip(in_order(meant), in_order(told), strict=True)):
                    self.compare(value, other, f"{path}[{index}]")
            case _:
                self.properties += 1
                if text_of(meant) != text_of(told):
                    self.differs(path, json.dumps(meant), json.dumps(told, default=str))

    def differs(self, path: str, meant: str, told: str) -> None:
        self.differences.append(f"{path} must be {meant}, is {told}")

    def compare_resource(self, stack: Stack, logical_id: str, kept: dict[str, Properties]) -> None:
        """Asks for one resource and compares it."""
        resource_type = stack.resources[logical_id]["Type"]
        path = f"{stack.name}/{logical_id} ({resource_type})"
        adapter = TYPES.get(resource_type)
        if adapter is None:
            self.differences.append(f"{path} is of a type that nothing here can ask back: see tools/moto/adapter.py")
            return
        self.resources += 1
        try:
            properties, id = stack.properties_of(logical_id), stack.ids[logical_id]
            told = dict(adapter.read(id, properties))
            for drop in adapter.drops:
                if restore(told, kept[f"{resource_type} {id}"], drop.split(".")):
                    self.kept.add(f"{resource_type}.{drop}")
            self.compare(adapter.meant(properties), told, path)
        except Exception as error:
            self.differences.append(f"{path} cannot be asked back: {type(error).__name__}: {error}")


def restore(told: Any, kept: Any, path: list[str]) -> bool:
    """Puts what was kept at a path into what is told, and says whether anything was; walks lists side by side."""
    if isinstance(kept, list):
        return any([restore(told[index], each, path) for index, each in enumerate(kept) if index < len(told)])
    name, *rest = path
    if name not in kept:
        return False
    if rest:
        return restore(told.setdefault(name, {}), kept[name], rest)
    told[name] = kept[name]
    return True


def in_order(values: list[Any]) -> list[Any]:
    """Plain values in the order of their texts: no API promises another. Objects stay where they are."""
    return values if any(isinstance(value, (dict, list)) for value in values) else sorted(values, key=text_of)


def text_of(value: Any) -> str:
    """A plain value as text, the same for a number and its digits, and for true and "true"."""
    match value:
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def stacks_of(assembly: Path) -> list[tuple[str, Properties]]:
    """The stacks of an assembly by name, with their templates."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    return [
        (about["properties"].get("stackName", name), json.loads((assembly / about["properties"]["templateFile"]).read_text()))
        for name, about in artifacts.items()
        if about["type"] == "aws:cloudformation:stack"
    ]


def kept_properties() -> dict[str, Properties]:
    """What the adapters keep, because moto's API would forget it."""
    with urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL']}/tapestream/kept") as answer:
        return json.load(answer)


def comparison_of(stacks: list[Stack]) -> Comparison:
    """All resources of these stacks compared."""
    comparison, kept = Comparison(), kept_properties()
    for stack in stacks:
        for logical_id in stack.resources:
            comparison.compare_resource(stack, logical_id, kept)
    return comparison


def main(assembly: Path) -> None:
    comparison = comparison_of([Stack(name, template) for name, template in stacks_of(assembly)])
    json.dump({**vars(comparison), "kept": sorted(comparison.kept)}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
