"""SNS."""

import json

from adapter import Adapter, Properties, client, tag_list, tag_map
from .sqs import attribute_text, attribute_value


class Topic(Adapter):
    type = "AWS::SNS::Topic"
    name_property = "TopicName"

    def make(self, name: str, properties: Properties) -> str:
        tags, subscriptions = properties.pop("Tags", []), properties.pop("Subscription", [])
        attributes = {key: attribute_text(value) for key, value in properties.items()}
        topic = client("sns").create_topic(Name=name, Attributes=attributes, Tags=tags)["TopicArn"]
        for each in subscriptions:
            client("sns").subscribe(TopicArn=topic, **each)
        return topic

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"TopicArn": id, "TopicName": id.rsplit(":", 1)[1]}

    def read(self, id: str, properties: Properties) -> Properties:
        sns = client("sns")
        told = {key: attribute_value(value) for key, value in sns.get_topic_attributes(TopicArn=id)["Attributes"].items()}
        subscriptions = sns.list_subscriptions_by_topic(TopicArn=id)["Subscriptions"]
        tags = sns.list_tags_for_resource(ResourceArn=id)["Tags"]
        name = id.rsplit(":", 1)[1]
        return {**told, "TopicName": name, "Subscription": subscriptions, "Tags": tag_list(tag_map(tags))}

    def unmake(self, id: str, properties: Properties) -> None:
        client("sns").delete_topic(TopicArn=id)


class Subscription(Adapter):
    type = "AWS::SNS::Subscription"

    def make(self, name: str, properties: Properties) -> str:
        core = {key: properties.pop(key) for key in ("TopicArn", "Protocol", "Endpoint")}
        attributes = {key: attribute_text(value) for key, value in properties.items()}
        return client("sns").subscribe(**core, Attributes=attributes, ReturnSubscriptionArn=True)["SubscriptionArn"]

    def read(self, id: str, properties: Properties) -> Properties:
        told = client("sns").get_subscription_attributes(SubscriptionArn=id)["Attributes"]
        return {key: attribute_value(value) for key, value in told.items()}


class TopicPolicy(Adapter):
    type = "AWS::SNS::TopicPolicy"

    def make(self, name: str, properties: Properties) -> str:
        policy = json.dumps(properties["PolicyDocument"])
        for topic in properties["Topics"]:
            client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
        return name

    def meant(self, properties: Properties) -> Properties:
        return {**properties, "PolicyDocument": [properties["PolicyDocument"]] * len(properties["Topics"])}

    def read(self, id: str, properties: Properties) -> Properties:
        topics = properties["Topics"]
        told = [client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"] for topic in topics]
        return {"Topics": topics, "PolicyDocument": [json.loads(policy) for policy in told]}
