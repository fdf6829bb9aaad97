"""SQS."""

import json

from adapter import Adapter, Properties, client, tag_list, tag_map


class Queue(Adapter):
    type = "AWS::SQS::Queue"
    name_property = "QueueName"

    def make(self, name: str, properties: Properties) -> str:
        tags = tag_map(properties.pop("Tags", []))
        attributes = {key: attribute_text(value) for key, value in properties.items()}
        return client("sqs").create_queue(QueueName=name, Attributes=attributes, tags=tags)["QueueUrl"]

    def attributes(self, id: str, properties: Properties) -> Properties:
        told = attributes_of(id)
        return {"Arn": told["QueueArn"], "QueueName": told["QueueArn"].rsplit(":", 1)[1], "QueueUrl": id}

    def read(self, id: str, properties: Properties) -> Properties:
        told = {key: attribute_value(value) for key, value in attributes_of(id).items()}
        tags = client("sqs").list_queue_tags(QueueUrl=id).get("Tags", {})
        return {**told, "QueueName": told["QueueArn"].rsplit(":", 1)[1], "Tags": tag_list(tags)}

    def unmake(self, id: str, properties: Properties) -> None:
        client("sqs").delete_queue(QueueUrl=id)


class QueuePolicy(Adapter):
    type = "AWS::SQS::QueuePolicy"

    def make(self, name: str, properties: Properties) -> str:
        policy = json.dumps(properties["PolicyDocument"])
        for queue in properties["Queues"]:
            client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
        return name

    def meant(self, properties: Properties) -> Properties:
        return {**properties, "PolicyDocument": [properties["PolicyDocument"]] * len(properties["Queues"])}

    def read(self, id: str, properties: Properties) -> Properties:
        documents = [json.loads(attributes_of(queue)["Policy"]) for queue in properties["Queues"]]
        return {"Queues": properties["Queues"], "PolicyDocument": documents}


def attributes_of(queue: str) -> Properties:
    return client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]


def attribute_text(value: object) -> str:
    """A property as the API's attributes hold it."""
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def attribute_value(text: str) -> object:
    return json.loads(text) if text.startswith("{") else text
