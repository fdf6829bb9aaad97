"""Lambda."""

import base64
import hashlib
import json

from adapter import Adapter, Properties, client, tag_list, tag_map, taken


class Function(Adapter):
    type = "AWS::Lambda::Function"
    name_property = "FunctionName"
    drops = frozenset({"LoggingConfig"})

    def make(self, name: str, properties: Properties) -> str:
        later = taken(properties, "ReservedConcurrentExecutions", "Tags")
        if "Tags" in later:
            properties["Tags"] = tag_map(later["Tags"])
        client("lambda").create_function(FunctionName=name, **properties)
        if "ReservedConcurrentExecutions" in later:
            client("lambda").put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=later["ReservedConcurrentExecutions"]
            )
        return name

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Arn": client("lambda").get_function_configuration(FunctionName=id)["FunctionArn"]}

    def meant(self, properties: Properties) -> Properties:
        """The code as the hash that the API tells, of the very bytes that were uploaded."""
        code = properties["Code"]
        body = client("s3").get_object(Bucket=code["S3Bucket"], Key=code["S3Key"])["Body"].read()
        return {**properties, "Code": sha256_text(body)}

    def read(self, id: str, properties: Properties) -> Properties:
        told = client("lambda").get_function(FunctionName=id)
        configuration = told["Configuration"]
        return {
            **configuration,
            "Code": configuration["CodeSha256"],
            "Tags": tag_list(told.get("Tags", {})),
            **told.get("Concurrency", {}),
        }

    def unmake(self, id: str, properties: Properties) -> None:
        client("lambda").delete_function(FunctionName=id)


class Permission(Adapter):
    type = "AWS::Lambda::Permission"

    def make(self, name: str, properties: Properties) -> str:
        client("lambda").add_permission(StatementId=name, **properties)
        return name

    def read(self, id: str, properties: Properties) -> Properties:
        policy = json.loads(client("lambda").get_policy(FunctionName=properties["FunctionName"])["Policy"])
        statement = next(each for each in policy["Statement"] if each["Sid"] == id)
        condition = statement.get("Condition", {})
        return {
            "Action": statement["Action"],
            "FunctionName": statement["Resource"],
            "Principal": next(iter(statement["Principal"].values())),
            "SourceArn": condition.get("ArnLike", {}).get("AWS:SourceArn"),
            "SourceAccount": condition.get("StringEquals", {}).get("AWS:SourceAccount"),
        }


class EventSourceMapping(Adapter):
    """moto knows no mapping of a consumer by enhanced fan-out: it gets one of the consumer's stream."""

    type = "AWS::Lambda::EventSourceMapping"

    def make(self, name: str, properties: Properties) -> str:
        properties["EventSourceArn"] = stream_of(properties["EventSourceArn"])
        return client("lambda").create_event_source_mapping(**properties)["UUID"]

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Id": id}

    def meant(self, properties: Properties) -> Properties:
        name = properties["FunctionName"]
        return {**properties, "FunctionName": Function().attributes(name, {})["Arn"]}

    def read(self, id: str, properties: Properties) -> Properties:
        told = client("lambda").get_event_source_mapping(UUID=id)
        meant = properties["EventSourceArn"]
        if meant != told["EventSourceArn"] == stream_of(meant):
            told["EventSourceArn"] = client("kinesis").describe_stream_consumer(ConsumerARN=meant)[
                "ConsumerDescription"
            ]["ConsumerARN"]
        return {**told, "FunctionName": told["FunctionArn"], "Enabled": told["State"] == "Enabled"}

    def unmake(self, id: str, properties: Properties) -> None:
        client("lambda").delete_event_source_mapping(UUID=id)


class EventInvokeConfig(Adapter):
    type = "AWS::Lambda::EventInvokeConfig"
    drops = frozenset({"Qualifier"})

    def make(self, name: str, properties: Properties) -> str:
        client("lambda").put_function_event_invoke_config(**properties)
        return name

    def read(self, id: str, properties: Properties) -> Properties:
        told = client("lambda").get_function_event_invoke_config(FunctionName=properties["FunctionName"])
        return {**told, "FunctionName": properties["FunctionName"]}


def stream_of(source_arn: str) -> str:
    """The ARN of the stream that a consumer's ARN begins with; another one as it is."""
    return source_arn.split("/consumer/")[0]


def sha256_text(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()
