"""Serves moto with the adapters of resources/ until it is ended; says `ready URL` on stdout once it listens.

A type of resource that nobody knows is an error, as it is on AWS: plain moto leaves it out and says CREATE_COMPLETE.
"""

import copy
import json
import os
import sys
import threading
from typing import Any

from botocore.exceptions import ClientError
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel
from moto.iam.access_control import PermissionResult
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import FakeBucket
from werkzeug.serving import WSGIRequestHandler, make_server

import resources  # noqa: F401  fills the table of types
from adapter import TYPES, Adapter, Properties

KEPT_PATH = "/tapestream/kept"

kept: dict[str, Properties] = {}
"""By type and physical id, the properties of those resources of which moto's API would forget some."""


def model_of(adapter: Adapter) -> type[CloudFormationModel]:
    """The class by which moto's CloudFormation makes resources of the adapter's type."""

    class Model(CloudFormationModel):
        __module__ = "moto.tapestream.models"  # moto takes a backend's name from the second part

        def __init__(self, id: str, properties: Properties):
            self.physical_resource_id = id
            self.properties = properties
            self.last_attributes: Properties | None = None

        def attributes(self) -> Properties:
            return adapter.attributes(self.physical_resource_id, self.properties)

        @staticmethod
        def cloudformation_type() -> str:
            return adapter.type

        @staticmethod
        def cloudformation_name_type() -> str:
            return adapter.name_property

        @classmethod
        def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **about):
            properties = cloudformation_json["Properties"]
            given = copy.deepcopy(properties)
            given.pop(adapter.name_property, None)
            try:
                id = adapter.make(resource_name, given)
            except Exception as error:
                raise ValidationError(message=f"{about['LogicalId']} ({adapter.type}): {error}") from error
            if adapter.drops:
                kept[f"{adapter.type} {id}"] = properties
            return cls(id, properties)

        @classmethod
        def update_from_cloudformation_json(cls, original_resource, *_args, **_about):
            raise ValidationError(message=f"{adapter.type}: resources are made here once, and never changed")

        def delete(self, account_id: str, region: str) -> None:
            try:
                # The outputs of a deleted stack can still be asked for.
                self.last_attributes = self.attributes()
                adapter.unmake(self.physical_resource_id, self.properties)
            except ClientError as error:
                # A consumer goes with its stream, whichever is deleted first.
                if "NotFound" not in error.response["Error"]["Code"]:
                    raise ValidationError(message=f"{adapter.type} {self.physical_resource_id}: {error}") from error
            except Exception as error:
                # moto takes some kinds of errors for an answer.
                raise ValidationError(message=f"{adapter.type} {self.physical_resource_id}: {error}") from error

        def get_cfn_attribute(self, attribute_name: str) -> Any:
            attributes = self.last_attributes or self.attributes()
            if attribute_name not in attributes:
                raise ValidationError(message=f"{adapter.type} has no attribute {attribute_name} here")
            return attributes[attribute_name]

    return Model


def install() -> None:
    """Puts the adapters in the place of moto's own models, and makes an unknown type an error."""
    adapters = {type: adapter for type, adapter in TYPES.items() if adapter.is_made_here}
    own = [model for model in parsing.get_model_list() if model.cloudformation_type() not in adapters]
    models = own + [model_of(adapter) for adapter in adapters.values()]
    parsing.get_model_list = lambda: models
    parsing.get_model_map.cache_clear()
    parsing.get_name_type_map.cache_clear()
    class_of = parsing.resource_class_from_type

    def known_class_of(resource_type: str) -> type[CloudFormationModel]:
        found = class_of(resource_type)
        if found is None:
            raise ValidationError(message=f"unknown resource type {resource_type}: nothing here would make it")
        return found

    parsing.resource_class_from_type = known_class_of
    # moto makes what a deleted stack's outputs name anew when they are asked for, unless it is still known.
    delete = parsing.ResourceMap.delete

    def delete_and_know(self: parsing.ResourceMap) -> None:
        known = dict(self._parsed_resources)
        delete(self)
        self._parsed_resources.update(known)

    parsing.ResourceMap.delete = delete_and_know
    # moto obeys a bucket policy's Deny and overlooks its Condition: "only by TLS" would refuse everything.
    FakeBucket.get_permission = lambda self, action, resource: PermissionResult.NEUTRAL


class QuietHandler(WSGIRequestHandler):
    """Answers without a line in the log for each request."""

    def log_request(self, *_about: Any) -> None:
        pass


def with_kept(application: Any) -> Any:
    """The application, and what adapters keep at KEPT_PATH."""

    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] != KEPT_PATH:
            return application(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(kept).encode()]

    return serve


def main() -> None:
    install()
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, with_kept(application), threaded=True, request_handler=QuietHandler)
    # By name, not by number: moto finds the bucket in a template's URL by the word "localhost".
    url = f"http://localhost:{server.port}"
    os.environ["AWS_ENDPOINT_URL"] = url
    # Whoever started this holds the other end of stdin: when it goes, however it goes, this ends.
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
    print(f"ready {url}", flush=True)
    server.serve_forever()


main()
