"""S3."""

import json
import re

from adapter import ACCOUNT, Adapter, Properties, client, tag_list, tag_map, taken

# What a template says of a bucket besides its name, and the pair of calls that sets it and asks for it.
SETTINGS = {
    "BucketEncryption": "bucket_encryption",
    "CorsConfiguration": "bucket_cors",
    "LifecycleConfiguration": "bucket_lifecycle_configuration",
    "LoggingConfiguration": "bucket_logging",
    "OwnershipControls": "bucket_ownership_controls",
    "PublicAccessBlockConfiguration": "public_access_block",
    "VersioningConfiguration": "bucket_versioning",
}


class Bucket(Adapter):
    type = "AWS::S3::Bucket"
    name_property = "BucketName"
    drops = frozenset({"AccessControl"})

    def make(self, name: str, properties: Properties) -> str:
        s3 = client("s3")
        tags = properties.pop("Tags", None)
        access = properties.pop("AccessControl", "Private")
        settings = taken(properties, *SETTINGS)
        if properties:
            raise ValueError(f"unknown properties {', '.join(properties)}")
        s3.create_bucket(Bucket=name, ACL=re.sub("(?<=[a-z])(?=[A-Z])", "-", access).lower())
        for setting, value in settings.items():
            getattr(s3, f"put_{SETTINGS[setting]}")(Bucket=name, **api_words(setting, value))
        if tags is not None:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
        return name

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {
            "Arn": f"arn:aws:s3:::{id}",
            "DomainName": f"{id}.s3.amazonaws.com",
            "RegionalDomainName": f"{id}.s3.us-east-1.amazonaws.com",
        }

    def meant(self, properties: Properties) -> Properties:
        return {name: api_words(name, value) if name in SETTINGS else value for name, value in properties.items()}

    def read(self, id: str, properties: Properties) -> Properties:
        s3 = client("s3")
        told: Properties = {"BucketName": id}
        for setting in properties:
            if setting in SETTINGS:
                answer = getattr(s3, f"get_{SETTINGS[setting]}")(Bucket=id)
                told[setting] = envelope(setting, answer)
        if "Tags" in properties:
            told["Tags"] = tag_list(tag_map(s3.get_bucket_tagging(Bucket=id)["TagSet"]))
        return told

    def unmake(self, id: str, properties: Properties) -> None:
        client("s3").delete_bucket(Bucket=id)


class BucketPolicy(Adapter):
    type = "AWS::S3::BucketPolicy"

    def make(self, name: str, properties: Properties) -> str:
        bucket = properties["Bucket"]
        client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(properties["PolicyDocument"]))
        return bucket

    def read(self, id: str, properties: Properties) -> Properties:
        bucket = properties["Bucket"]
        policy = client("s3").get_bucket_policy(Bucket=bucket, ExpectedBucketOwner=ACCOUNT)["Policy"]
        return {"Bucket": bucket, "PolicyDocument": json.loads(policy)}


def api_words(setting: str, value: Properties) -> Properties:
    """The template's words for a setting as the parameters of the call that sets it."""
    match setting:
        case "BucketEncryption":
            rules = [
                {
                    ("ApplyServerSideEncryptionByDefault" if name == "ServerSideEncryptionByDefault" else name): of
                    for name, of in rule.items()
                }
                for rule in value["ServerSideEncryptionConfiguration"]
            ]
            return {"ServerSideEncryptionConfiguration": {"Rules": rules}}
        case "LifecycleConfiguration":
            return {"LifecycleConfiguration": {"Rules": [lifecycle_rule(rule) for rule in value["Rules"]]}}
        case "LoggingConfiguration":
            enabled = {"TargetBucket": value["DestinationBucketName"], "TargetPrefix": value.get("LogFilePrefix", "")}
            return {"BucketLoggingStatus": {"LoggingEnabled": enabled}}
        case _:
            return {setting: value}


def envelope(setting: str, answer: Properties) -> Properties:
    """An answer as the call that sets the same would be given it."""
    answer.pop("ResponseMetadata", None)
    match setting:
        case "LifecycleConfiguration" | "VersioningConfiguration":
            return {setting: answer}
        case "LoggingConfiguration":
            return {"BucketLoggingStatus": answer}
        case "CorsConfiguration":
            return {setting: answer}
        case _:
            return answer


def lifecycle_rule(rule: Properties) -> Properties:
    """A template's rule in the API's words."""
    rule = dict(rule)
    told: Properties = {"Status": rule.pop("Status")}
    if "Id" in rule:
        told["ID"] = rule.pop("Id")
    told["Filter"] = {"Prefix": rule.pop("Prefix", "")}
    if "ExpirationInDays" in rule:
        told["Expiration"] = {"Days": rule.pop("ExpirationInDays")}
    if "NoncurrentVersionExpirationInDays" in rule:
        told["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule.pop("NoncurrentVersionExpirationInDays")}
    if "Transitions" in rule:
        told["Transitions"] = [
            {"StorageClass": each["StorageClass"], "Days": each["TransitionInDays"]} for each in rule.pop("Transitions")
        ]
    return {**told, **rule}
