"""Secrets Manager."""

import json

from moto.secretsmanager.models import secretsmanager_backends

from adapter import ACCOUNT, REGION, Adapter, Properties, client, tag_list, tag_map, taken


class Secret(Adapter):
    type = "AWS::SecretsManager::Secret"
    name_property = "Name"
    drops = frozenset({"GenerateSecretString"})

    def make(self, name: str, properties: Properties) -> str:
        secrets = client("secretsmanager")
        generated = properties.pop("GenerateSecretString", None)
        if generated is not None:
            properties["SecretString"] = secret_string(generated)
        return secrets.create_secret(Name=name, **properties)["ARN"]

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Id": id}

    def read(self, id: str, properties: Properties) -> Properties:
        secrets = client("secretsmanager")
        told = secrets.describe_secret(SecretId=id)
        value = secrets.get_secret_value(SecretId=id)["SecretString"]
        return {**told, "SecretString": value, "Tags": tag_list(tag_map(told.get("Tags", [])))}

    def unmake(self, id: str, properties: Properties) -> None:
        client("secretsmanager").delete_secret(SecretId=id, ForceDeleteWithoutRecovery=True)


class RotationSchedule(Adapter):
    type = "AWS::SecretsManager::RotationSchedule"
    drops = frozenset({"RotateImmediatelyOnUpdate", "RotationRules"})

    def make(self, name: str, properties: Properties) -> str:
        """Notes the rotation with the secret: asked through the API, moto would run the function in Docker at once."""
        secret_id = properties.pop("SecretId")
        secret = secretsmanager_backends[ACCOUNT][REGION].secrets.get(secret_id)
        secret.rotation_requested = secret.rotation_enabled = True
        secret.rotation_lambda_arn = properties.pop("RotationLambdaARN")
        taken(properties, *self.drops)
        if properties:
            raise ValueError(f"unknown properties {', '.join(properties)}")
        return secret_id

    def read(self, id: str, properties: Properties) -> Properties:
        return {"SecretId": id, **client("secretsmanager").describe_secret(SecretId=id)}


class ResourcePolicy(Adapter):
    type = "AWS::SecretsManager::ResourcePolicy"
    drops = frozenset({"BlockPublicPolicy"})

    def make(self, name: str, properties: Properties) -> str:
        policy = json.dumps(properties["ResourcePolicy"])
        client("secretsmanager").put_resource_policy(SecretId=properties["SecretId"], ResourcePolicy=policy)
        return properties["SecretId"]

    def read(self, id: str, properties: Properties) -> Properties:
        policy = client("secretsmanager").get_resource_policy(SecretId=id)["ResourcePolicy"]
        return {"SecretId": id, "ResourcePolicy": json.loads(policy)}


def secret_string(generated: Properties) -> str:
    """The secret that a template asks to be made up."""
    generated = dict(generated)
    template, key = generated.pop("SecretStringTemplate", None), generated.pop("GenerateStringKey", None)
    password = client("secretsmanager").get_random_password(**generated)["RandomPassword"]
    return password if template is None else json.dumps({**json.loads(template), key: password})
