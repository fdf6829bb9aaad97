"""KMS. moto's own model of a key keeps its policy in a form that moto's API cannot read."""

import json

from adapter import Adapter, Properties, client, tag_list


class Key(Adapter):
    type = "AWS::KMS::Key"

    def make(self, name: str, properties: Properties) -> str:
        kms = client("kms")
        policy, is_rotated = json.dumps(properties.pop("KeyPolicy")), properties.pop("EnableKeyRotation", False)
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.pop("Tags", [])]
        key = kms.create_key(Policy=policy, Tags=tags, **properties)["KeyMetadata"]["KeyId"]
        if is_rotated:
            kms.enable_key_rotation(KeyId=key)
        return key

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Arn": client("kms").describe_key(KeyId=id)["KeyMetadata"]["Arn"], "KeyId": id}

    def read(self, id: str, properties: Properties) -> Properties:
        kms = client("kms")
        told = kms.describe_key(KeyId=id)["KeyMetadata"]
        tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=id)["Tags"]}
        return {
            **told,
            "KeyPolicy": json.loads(kms.get_key_policy(KeyId=id, PolicyName="default")["Policy"]),
            "EnableKeyRotation": kms.get_key_rotation_status(KeyId=id)["KeyRotationEnabled"],
            "Tags": tag_list(tags),
        }

    def unmake(self, id: str, properties: Properties) -> None:
        client("kms").schedule_key_deletion(KeyId=id)
