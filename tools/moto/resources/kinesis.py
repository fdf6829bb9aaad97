"""Kinesis Data Streams."""

import json

from adapter import Adapter, Properties, client, tag_list, tag_map, taken


class Stream(Adapter):
    type = "AWS::Kinesis::Stream"
    name_property = "Name"

    def make(self, name: str, properties: Properties) -> str:
        kinesis = client("kinesis")
        later = taken(properties, "RetentionPeriodHours", "StreamEncryption", "Tags")
        kinesis.create_stream(StreamName=name, **properties)
        if "StreamEncryption" in later:
            kinesis.start_stream_encryption(StreamName=name, **later["StreamEncryption"])
        if later.get("RetentionPeriodHours", 24) > 24:
            kinesis.increase_stream_retention_period(
                StreamName=name, RetentionPeriodHours=later["RetentionPeriodHours"]
            )
        if "Tags" in later:
            kinesis.add_tags_to_stream(StreamName=name, Tags=tag_map(later["Tags"]))
        return name

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Arn": summary_of(id)["StreamARN"]}

    def read(self, id: str, properties: Properties) -> Properties:
        summary = summary_of(id)
        tags = client("kinesis").list_tags_for_stream(StreamName=id)["Tags"]
        return {
            "Name": summary["StreamName"],
            "ShardCount": summary["OpenShardCount"],
            "RetentionPeriodHours": summary["RetentionPeriodHours"],
            "StreamModeDetails": summary["StreamModeDetails"],
            "StreamEncryption": {"EncryptionType": summary["EncryptionType"], "KeyId": summary.get("KeyId")},
            "Tags": tag_list(tag_map(tags)),
        }

    def unmake(self, id: str, properties: Properties) -> None:
        client("kinesis").delete_stream(StreamName=id)


class StreamConsumer(Adapter):
    type = "AWS::Kinesis::StreamConsumer"
    name_property = "ConsumerName"

    def make(self, name: str, properties: Properties) -> str:
        made = client("kinesis").register_stream_consumer(ConsumerName=name, **properties)
        return made["Consumer"]["ConsumerARN"]

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"ConsumerARN": id, "StreamARN": self.read(id, properties)["StreamARN"]}

    def read(self, id: str, properties: Properties) -> Properties:
        return client("kinesis").describe_stream_consumer(ConsumerARN=id)["ConsumerDescription"]

    def unmake(self, id: str, properties: Properties) -> None:
        client("kinesis").deregister_stream_consumer(ConsumerARN=id)


class ResourcePolicy(Adapter):
    type = "AWS::Kinesis::ResourcePolicy"

    def make(self, name: str, properties: Properties) -> str:
        arn = properties["ResourceArn"]
        client("kinesis").put_resource_policy(ResourceARN=arn, Policy=json.dumps(properties["ResourcePolicy"]))
        return arn

    def read(self, id: str, properties: Properties) -> Properties:
        policy = client("kinesis").get_resource_policy(ResourceARN=id)["Policy"]
        return {"ResourceArn": id, "ResourcePolicy": json.loads(policy)}


def summary_of(stream: str) -> Properties:
    return client("kinesis").describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
