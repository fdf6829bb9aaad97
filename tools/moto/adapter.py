"""What an adapter of a CloudFormation resource type is, and the table of them.

An adapter says in one class how a type is made and how it is asked back, both through the service's own API:

    class Topic(Adapter):
        type = "AWS::SNS::Topic"
        name_property = "TopicName"

        def make(self, name, properties):
            return client("sns").create_topic(Name=name, **properties)["TopicArn"]

        def read(self, id, properties):
            return client("sns").get_topic_attributes(TopicArn=id)["Attributes"]

`make` hands on every property it does not know to the API, whose model (botocore's) refuses what it does not take: so
no property is dropped without a word. Whether the server kept it is what `read` shows, and compare.py looks.
"""

import functools
import os
from typing import Any, ClassVar

import boto3
from botocore.config import Config

Properties = dict[str, Any]

ACCOUNT = "123456789012"
REGION = "us-east-1"

TYPES: dict[str, "Adapter"] = {}
"""The adapters by the CloudFormation type they stand for."""


class Adapter:
    """One CloudFormation resource type. A subclass that names its `type` is in the table."""

    type: ClassVar[str] = ""
    name_property: ClassVar[str] = ""
    """The property that names the resource; without one, or when it is not set, CloudFormation makes up a name."""
    drops: ClassVar[frozenset[str]] = frozenset()
    """Properties, by their paths, that moto's API takes and forgets, or lacks: kept beside it, and so compared all the same."""

    def __init_subclass__(cls) -> None:
        if cls.type:
            TYPES[cls.type] = cls()

    def make(self, name: str, properties: Properties) -> str:
        """Makes the resource through its API and returns its physical id. Not overridden: moto's own model makes it."""
        raise NotImplementedError

    def unmake(self, id: str, properties: Properties) -> None:
        """Deletes it. Not overridden: it goes with what it belongs to."""

    def attributes(self, id: str, properties: Properties) -> Properties:
        """What Fn::GetAtt can ask for."""
        return {}

    def read(self, id: str, properties: Properties) -> Properties:
        """What the API tells of the resource, in the words of the template; `properties` are the template's, resolved."""
        raise NotImplementedError

    def meant(self, properties: Properties) -> Properties:
        """The template's properties in the form that `read` gives them."""
        return properties

    @property
    def is_made_here(self) -> bool:
        return type(self).make is not Adapter.make


class Unserved(Adapter):
    """A type whose API moto does not have: all that its template says is kept, and nothing can be asked back."""

    def make(self, name: str, properties: Properties) -> str:
        unknown = [key for key in properties if key not in self.drops]
        if unknown:
            raise ValueError(f"unknown properties {', '.join(unknown)}")
        return name

    def read(self, id: str, properties: Properties) -> Properties:
        return {}


@functools.cache
def client(service: str) -> Any:
    """A client of the server on this machine that AWS_ENDPOINT_URL names, and of no other. It does not repeat what failed."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if not endpoint.startswith("http://localhost:"):
        raise RuntimeError(f"AWS_ENDPOINT_URL must be http://localhost:PORT, was {endpoint!r}")
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client(service, region_name=REGION, endpoint_url=endpoint, config=config, **keys)


def taken(properties: Properties, *names: str) -> Properties:
    """Those of `properties` with these names, taken out of them."""
    return {name: properties.pop(name) for name in names if name in properties}


def only(properties: Properties, *names: str) -> Properties:
    """Those of `properties` with these names."""
    return {name: properties[name] for name in names if name in properties}


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as a template lists them, in the order of their keys."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def tag_map(tags: list[dict[str, str]]) -> dict[str, str]:
    """A template's list of tags as a mapping."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def lower_first(properties: Properties) -> Properties:
    """The same with the names of CloudWatch Logs, which begin in lower case."""
    return {name[0].lower() + name[1:]: value for name, value in properties.items()}


def upper_first(properties: Properties) -> Properties:
    """The same with a template's names, which begin in upper case."""
    return {name[0].upper() + name[1:]: value for name, value in properties.items()}
