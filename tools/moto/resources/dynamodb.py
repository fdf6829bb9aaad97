"""DynamoDB."""

from adapter import Adapter, Properties, client, tag_list, tag_map, taken


class Table(Adapter):
    type = "AWS::DynamoDB::Table"
    name_property = "TableName"

    def make(self, name: str, properties: Properties) -> str:
        dynamodb = client("dynamodb")
        later = taken(properties, "TimeToLiveSpecification", "PointInTimeRecoverySpecification")
        if "StreamSpecification" in properties:
            properties["StreamSpecification"]["StreamEnabled"] = True
        if "SSESpecification" in properties:
            properties["SSESpecification"] = enabled(properties["SSESpecification"])
        dynamodb.create_table(TableName=name, **properties)
        if "TimeToLiveSpecification" in later:
            dynamodb.update_time_to_live(
                TableName=name, TimeToLiveSpecification=later["TimeToLiveSpecification"]
            )
        if "PointInTimeRecoverySpecification" in later:
            dynamodb.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification=later["PointInTimeRecoverySpecification"]
            )
        return name

    def attributes(self, id: str, properties: Properties) -> Properties:
        table = client("dynamodb").describe_table(TableName=id)["Table"]
        return {"Arn": table["TableArn"], "StreamArn": table.get("LatestStreamArn")}

    def read(self, id: str, properties: Properties) -> Properties:
        dynamodb = client("dynamodb")
        table = dynamodb.describe_table(TableName=id)["Table"]
        backups = dynamodb.describe_continuous_backups(TableName=id)["ContinuousBackupsDescription"]
        expiry = dynamodb.describe_time_to_live(TableName=id)["TimeToLiveDescription"]
        recovery = backups["PointInTimeRecoveryDescription"]
        tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
        encryption = table.get("SSEDescription", {})
        return {
            **table,
            "BillingMode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
            "TimeToLiveSpecification": {**expiry, "Enabled": expiry["TimeToLiveStatus"] == "ENABLED"},
            "PointInTimeRecoverySpecification": {
                **recovery,
                "PointInTimeRecoveryEnabled": recovery["PointInTimeRecoveryStatus"] == "ENABLED",
            },
            "SSESpecification": {
                "SSEEnabled": encryption.get("Status") == "ENABLED",
                "SSEType": encryption.get("SSEType"),
                "KMSMasterKeyId": encryption.get("KMSMasterKeyArn"),
            },
            "Tags": tag_list(tag_map(tags)),
        }

    def unmake(self, id: str, properties: Properties) -> None:
        client("dynamodb").delete_table(TableName=id)


def enabled(encryption: Properties) -> Properties:
    """The template's encryption in the API's words."""
    return {("Enabled" if name == "SSEEnabled" else name): value for name, value in encryption.items()}
