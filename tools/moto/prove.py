"""Proves that the comparison sees what it should, on the server that AWS_ENDPOINT_URL names.

    python prove.py cdk.out

It deploys a template with the types that the app does not use, tries templates that must be refused, and changes what was deployed
of the assembly behind CloudFormation's back, a setting at a time. Prints JSON: `seen` and `unseen` name each of these.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from adapter import TYPES, Properties, client
from compare import comparison_of, kept_properties, stacks_of, Comparison
from resolve import Stack

EVERY_TYPE = Path(__file__).parent / "every-type.template.json"

REFUSED: dict[str, Properties] = {
    "a resource type that nobody knows": {"Type": "AWS::Kinesis::Streamm", "Properties": {"ShardCount": 1}},
    "a property that nobody knows": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 1, "Color": "red"}},
    "a property of another type": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": "long"}},
}

Change = Callable[[str, Properties], Any]


def change(service: str, operation: str, **parameters: Any) -> Change:
    """A call whose parameters may be functions of the resource's id and properties."""

    def make(id: str, properties: Properties) -> Any:
        given = {name: value(id, properties) if callable(value) else value for name, value in parameters.items()}
        return getattr(client(service), operation)(**given)

    return make


def id_of(id: str, _properties: Properties) -> str:
    return id


def the(name: str) -> Callable[[str, Properties], Any]:
    return lambda _id, properties: properties[name]


def with_other_effect(_id: str, properties: Properties) -> str:
    document = json.loads(json.dumps(properties["PolicyDocument"]))
    document["Statement"][0]["Effect"] = "Deny" if document["Statement"][0]["Effect"] == "Allow" else "Allow"
    return json.dumps(document)


def change_schedule(id: str, properties: Properties) -> None:
    client("scheduler").update_schedule(Name=id, **{**properties, "ScheduleExpression": "rate(1 day)"})


# What is changed: a property that the resource's template must set, in words, and how.
CHANGES: list[tuple[str, str, Change]] = [
    ("AWS::Kinesis::Stream.ShardCount", "another shard count", change(
        "kinesis", "update_shard_count", StreamName=id_of, ScalingType="UNIFORM_SCALING",
        TargetShardCount=lambda _id, properties: properties["ShardCount"] + 1)),
    ("AWS::Kinesis::Stream.StreamEncryption", "no encryption", change(
        "kinesis", "stop_stream_encryption", StreamName=id_of, EncryptionType="KMS", KeyId="alias/aws/kinesis")),
    ("AWS::Kinesis::Stream.RetentionPeriodHours", "another retention", change(
        "kinesis", "increase_stream_retention_period", StreamName=id_of, RetentionPeriodHours=8760)),
    ("AWS::DynamoDB::Table.TimeToLiveSpecification", "no expiry", change(
        "dynamodb", "update_time_to_live", TableName=id_of,
        TimeToLiveSpecification={"Enabled": False, "AttributeName": "expiresAt"})),
    ("AWS::DynamoDB::Table.PointInTimeRecoverySpecification", "no recovery", change(
        "dynamodb", "update_continuous_backups", TableName=id_of,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False})),
    ("AWS::DynamoDB::Table.BillingMode", "another billing mode", change(
        "dynamodb", "update_table", TableName=id_of, BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1})),
    ("AWS::Lambda::Function.Environment", "another environment", change(
        "lambda", "update_function_configuration", FunctionName=id_of, Environment={"Variables": {"A": "b"}})),
    ("AWS::Lambda::Function.Code", "other code", change(
        "lambda", "update_function_code", FunctionName=id_of, ZipFile=b"not what was built")),
    ("AWS::Lambda::EventSourceMapping.TumblingWindowInSeconds", "another arrival window", change(
        "lambda", "update_event_source_mapping", UUID=id_of, TumblingWindowInSeconds=900)),
    ("AWS::Lambda::EventSourceMapping.BatchSize", "another batch size", change(
        "lambda", "update_event_source_mapping", UUID=id_of, BatchSize=7)),
    ("AWS::Lambda::Permission.Action", "no permission", change(
        "lambda", "remove_permission", FunctionName=the("FunctionName"), StatementId=id_of)),
    ("AWS::Logs::LogGroup.RetentionInDays", "logs kept for ever", change("logs", "delete_retention_policy", logGroupName=id_of)),
    ("AWS::IAM::Policy.PolicyDocument", "another policy", change(
        "iam", "put_role_policy", RoleName=lambda _id, properties: properties["Roles"][0],
        PolicyName=the("PolicyName"), PolicyDocument=with_other_effect)),
    ("AWS::S3::BucketPolicy.PolicyDocument", "no bucket policy", change("s3", "delete_bucket_policy", Bucket=the("Bucket"))),
    ("AWS::S3::Bucket.PublicAccessBlockConfiguration", "a public bucket", change("s3", "delete_public_access_block", Bucket=id_of)),
    ("AWS::ApiGatewayV2::Route.RouteKey", "a route without authorization", change(
        "apigatewayv2", "update_route", ApiId=the("ApiId"), RouteId=id_of, AuthorizationType="CUSTOM")),
    ("AWS::ApiGatewayV2::Route.RouteKey", "no route", change("apigatewayv2", "delete_route", ApiId=the("ApiId"), RouteId=id_of)),
    ("AWS::Scheduler::Schedule.ScheduleExpression", "another schedule", change_schedule),
    ("AWS::CloudFront::OriginAccessControl.OriginAccessControlConfig", "no origin access control", change(
        "cloudfront", "delete_origin_access_control", Id=id_of)),
    ("AWS::CloudWatch::Alarm.Threshold", "no alarm", change("cloudwatch", "delete_alarms", AlarmNames=lambda id, _: [id])),
    ("AWS::SNS::Topic.DisplayName", "no topic", change("sns", "delete_topic", TopicArn=id_of)),
    ("AWS::SecretsManager::Secret.Description", "no secret", change(
        "secretsmanager", "delete_secret", SecretId=id_of, ForceDeleteWithoutRecovery=True)),
]


class Proof:
    def __init__(self) -> None:
        self.seen: list[str] = []
        self.unseen: list[str] = []

    def note(self, is_seen: bool, words: str) -> None:
        (self.seen if is_seen else self.unseen).append(words)

    def deploy_every_type(self, stacks: list[Stack]) -> Stack:
        """Every adapter makes its type, and reads it back as it was meant."""
        template = json.loads(EVERY_TYPE.read_text())
        create("EveryType", template)
        every = Stack("EveryType", template)
        differences = comparison_of([every]).differences
        self.note(not differences, "; ".join(differences) or "each type of which there is an adapter")
        deployed = {resource["Type"] for stack in [every, *stacks] for resource in stack.resources.values()}
        self.unseen += [f"the adapter of {type} at work" for type in sorted(set(TYPES) - deployed)]
        return every

    def try_refused(self) -> None:
        for number, (words, resource) in enumerate(REFUSED.items()):
            try:
                create(f"Refused{number}", {"Resources": {"Only": resource}})
                self.note(False, words)
            except Exception as error:
                self.note("Only" in str(error) or resource["Type"] in str(error), words)

    def try_unasked(self, every: Stack) -> None:
        """What the comparison could not look at must not pass for equal."""
        ticks = every.resources["Ticks"]
        for words, resource in {
            "a property that was dropped": {**ticks, "Properties": {**ticks["Properties"], "Color": "red"}},
            "a type that cannot be asked back": {**ticks, "Type": "AWS::Kinesis::VideoStream"},
        }.items():
            stack = Stack("EveryType", {"Resources": {**every.resources, "Ticks": resource}})
            comparison = Comparison()
            comparison.compare_resource(stack, "Ticks", kept_properties())
            self.note(len(comparison.differences) == 1, words)

    def try_changes(self, stacks: list[Stack]) -> None:
        """Each change goes to a resource that is still like its template, so that it alone can be what is seen."""
        kept = kept_properties()
        untouched = [(stack, logical_id) for stack in stacks for logical_id in stack.resources]
        for path, words, make in CHANGES:
            found = next((each for each in untouched if sets(*each, path)), None)
            if found is not None:
                untouched.remove(found)
                self.try_change(*found, kept, words, make)

    def try_change(self, stack: Stack, logical_id: str, kept: dict[str, Properties], words: str, make: Change) -> None:
        before, after = Comparison(), Comparison()
        before.compare_resource(stack, logical_id, kept)
        make(stack.ids[logical_id], stack.properties_of(logical_id))
        after.compare_resource(stack, logical_id, kept)
        self.note(not before.differences and bool(after.differences), words)


def sets(stack: Stack, logical_id: str, path: str) -> bool:
    """Whether a resource is of the type of `path` and sets its property."""
    resource = stack.resources[logical_id]
    resource_type, name = path.rsplit(".", 1)
    return resource["Type"] == resource_type and name in resource.get("Properties", {})


def create(name: str, template: Properties) -> None:
    client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))


def main(assembly: Path) -> None:
    proof = Proof()
    stacks = [Stack(name, template) for name, template in stacks_of(assembly)]
    every = proof.deploy_every_type(stacks)
    proof.try_refused()
    proof.try_unasked(every)
    proof.try_changes([*stacks, every])
    json.dump(vars(proof), sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
