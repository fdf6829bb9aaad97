"""CloudWatch Logs."""

from adapter import Adapter, Properties, Unserved, client, lower_first, tag_list, tag_map, taken, upper_first


class LogGroup(Adapter):
    type = "AWS::Logs::LogGroup"
    name_property = "LogGroupName"

    def make(self, name: str, properties: Properties) -> str:
        later = taken(properties, "RetentionInDays", "Tags")
        tags = {"tags": tag_map(later["Tags"])} if "Tags" in later else {}
        client("logs").create_log_group(logGroupName=name, **lower_first(properties), **tags)
        if "RetentionInDays" in later:
            client("logs").put_retention_policy(logGroupName=name, retentionInDays=later["RetentionInDays"])
        return name

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Arn": group_of(id)["arn"]}

    def read(self, id: str, properties: Properties) -> Properties:
        group = group_of(id)
        tags = client("logs").list_tags_log_group(logGroupName=id)["tags"]
        return {**upper_first(group), "Tags": tag_list(tags)}

    def unmake(self, id: str, properties: Properties) -> None:
        client("logs").delete_log_group(logGroupName=id)


class LogStream(Adapter):
    type = "AWS::Logs::LogStream"
    name_property = "LogStreamName"

    def make(self, name: str, properties: Properties) -> str:
        client("logs").create_log_stream(logStreamName=name, **lower_first(properties))
        return name

    def read(self, id: str, properties: Properties) -> Properties:
        group = properties["LogGroupName"]
        streams = client("logs").describe_log_streams(logGroupName=group, logStreamNamePrefix=id)["logStreams"]
        names = [stream["logStreamName"] for stream in streams if stream["logStreamName"] == id]
        return {"LogStreamName": names[0], "LogGroupName": group} if names else {}


class MetricFilter(Adapter):
    type = "AWS::Logs::MetricFilter"
    name_property = "FilterName"

    def make(self, name: str, properties: Properties) -> str:
        client("logs").put_metric_filter(filterName=name, **filter_words(properties))
        return name

    def meant(self, properties: Properties) -> Properties:
        return upper_first(filter_words(properties))

    def read(self, id: str, properties: Properties) -> Properties:
        told = client("logs").describe_metric_filters(logGroupName=properties["LogGroupName"], filterNamePrefix=id)
        return next(upper_first(each) for each in told["metricFilters"] if each["filterName"] == id)


class ResourcePolicy(Adapter):
    type = "AWS::Logs::ResourcePolicy"
    name_property = "PolicyName"

    def make(self, name: str, properties: Properties) -> str:
        client("logs").put_resource_policy(policyName=name, **lower_first(properties))
        return name

    def read(self, id: str, properties: Properties) -> Properties:
        policies = client("logs").describe_resource_policies()["resourcePolicies"]
        return next(upper_first(each) for each in policies if each["policyName"] == id)


class QueryDefinition(Unserved):
    type = "AWS::Logs::QueryDefinition"
    drops = frozenset({"Name", "QueryString", "LogGroupNames"})


def group_of(name: str) -> Properties:
    groups = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next(group for group in groups if group["logGroupName"] == name)


def filter_words(properties: Properties) -> Properties:
    """A metric filter's properties in the API's words."""
    words = lower_first(properties)
    words["metricTransformations"] = [
        {
            **lower_first(each),
            **({"dimensions": tag_map(each["Dimensions"])} if "Dimensions" in each else {}),
            "metricValue": str(each["MetricValue"]),
        }
        for each in properties["MetricTransformations"]
    ]
    return words
