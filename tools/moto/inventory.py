"""Lists what is there in the account, of every service that the app uses.

    python inventory.py

Prints JSON: a sorted list with a line for each thing, its service's word for it and its name or id. Who lists before and after
knows what was left.
"""

import json
import sys

from adapter import ACCOUNT, client

# Of each service: the paginated or plain operation, where its answer has the list, and which field names a thing.
LISTS: list[tuple[str, str, str, str]] = [
    ("kinesis", "list_streams", "StreamNames", ""),
    ("dynamodb", "list_tables", "TableNames", ""),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
    ("scheduler", "list_schedules", "Schedules", "Name"),
    ("secretsmanager", "list_secrets", "SecretList", "Name"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("apigatewayv2", "get_apis", "Items", "ApiId"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("sqs", "list_queues", "QueueUrls", ""),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("cloudfront", "list_distributions", "DistributionList.Items", "Id"),
    ("cloudfront", "list_origin_access_controls", "OriginAccessControlList.Items", "Id"),
    ("ssm", "describe_parameters", "Parameters", "Name"),
]


def things_of(service: str, operation: str, path: str, name: str) -> list[str]:
    """What one service has, page after page."""
    api = client(service)
    pages = api.get_paginator(operation).paginate() if api.can_paginate(operation) else [getattr(api, operation)()]
    found = [thing for page in pages for thing in (value_at(page, path) or [])]
    return [f"{service} {operation.split('_', 1)[1]}: {value_at(thing, name) if name else thing}" for thing in found]


def consumers() -> list[str]:
    """Those of enhanced fan-out, a stream at a time."""
    kinesis = client("kinesis")
    streams = kinesis.list_streams()["StreamNames"]
    arns = [kinesis.describe_stream_summary(StreamName=each)["StreamDescriptionSummary"]["StreamARN"] for each in streams]
    return [
        f"kinesis consumers: {consumer['ConsumerARN']}"
        for arn in arns
        for consumer in kinesis.list_stream_consumers(StreamARN=arn)["Consumers"]
    ]


def keys() -> list[str]:
    """Those that are not about to be deleted, which bill no more."""
    kms = client("kms")
    told = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    return [f"kms keys: {key['KeyId']}" for key in told if key["KeyState"] != "PendingDeletion"]


def budgets() -> list[str]:
    return [f"budgets: {each['BudgetName']}" for each in client("budgets").describe_budgets(AccountId=ACCOUNT).get("Budgets", [])]


def value_at(value, path: str):
    """The value at a path of names; nothing where one of them is not there."""
    for name in path.split("."):
        value = value.get(name) if value else None
    return value


def main() -> None:
    things = [thing for each in LISTS for thing in things_of(*each)]
    json.dump(sorted(things + consumers() + keys() + budgets()), sys.stdout)


main()
