"""CloudFront. Its API wraps each list as a quantity and items; a template does not."""

from typing import Any

from adapter import ACCOUNT, Adapter, Properties, Unserved, client


class Distribution(Adapter):
    type = "AWS::CloudFront::Distribution"
    drops = frozenset(
        {"DistributionConfig.Origins.OriginAccessControlId", "DistributionConfig.Origins.S3OriginConfig"}
    )

    def make(self, name: str, properties: Properties) -> str:
        config = wrapped({**DEFAULTS, **properties["DistributionConfig"], "CallerReference": name})
        for origin in config["Origins"]["Items"]:
            if "CustomOriginConfig" in origin:
                origin["CustomOriginConfig"] = {"HTTPPort": 80, "HTTPSPort": 443, **origin["CustomOriginConfig"]}
        made = client("cloudfront").create_distribution(DistributionConfig=config)
        return made["Distribution"]["Id"]

    def attributes(self, id: str, properties: Properties) -> Properties:
        told = client("cloudfront").get_distribution(Id=id)["Distribution"]
        return {"Id": id, "DomainName": told["DomainName"]}

    def read(self, id: str, properties: Properties) -> Properties:
        told = client("cloudfront").get_distribution_config(Id=id)["DistributionConfig"]
        return {"DistributionConfig": unwrapped(told)}

    def unmake(self, id: str, properties: Properties) -> None:
        client("cloudfront").delete_distribution(Id=id, IfMatch=client("cloudfront").get_distribution(Id=id)["ETag"])


class OriginAccessControl(Adapter):
    type = "AWS::CloudFront::OriginAccessControl"

    def make(self, name: str, properties: Properties) -> str:
        return client("cloudfront").create_origin_access_control(**properties)["OriginAccessControl"]["Id"]

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Id": id}

    def read(self, id: str, properties: Properties) -> Properties:
        told = client("cloudfront").get_origin_access_control(Id=id)["OriginAccessControl"]
        return {"OriginAccessControlConfig": told["OriginAccessControlConfig"]}

    def unmake(self, id: str, properties: Properties) -> None:
        client("cloudfront").delete_origin_access_control(Id=id)


class ResponseHeadersPolicy(Unserved):
    type = "AWS::CloudFront::ResponseHeadersPolicy"
    drops = frozenset({"ResponseHeadersPolicyConfig"})

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Id": id}


class CachePolicy(Unserved):
    type = "AWS::CloudFront::CachePolicy"
    drops = frozenset({"CachePolicyConfig"})

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Id": id}


class Function(Unserved):
    type = "AWS::CloudFront::Function"
    drops = frozenset({"AutoPublish", "FunctionCode", "FunctionConfig", "Name"})

    def make(self, name: str, properties: Properties) -> str:
        super().make(name, properties)
        return f"arn:aws:cloudfront::{ACCOUNT}:function/{properties['Name']}"

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"FunctionARN": id, "FunctionMetadata.FunctionARN": id}


DEFAULTS = {"Comment": ""}

# The template's name, and the API's.
NAMES = {
    "AcmCertificateArn": "ACMCertificateArn",
    "IPV6Enabled": "IsIPV6Enabled",
    "IamCertificateId": "IAMCertificateId",
    "OriginSSLProtocols": "OriginSslProtocols",
}
TEMPLATE_NAMES = {name: template_name for template_name, name in NAMES.items()}


def wrapped(value: Any) -> Any:
    """A template's value as the API has it: each list counted, cached methods within the allowed ones."""
    match value:
        case {"AllowedMethods": list(allowed), "CachedMethods": list(cached), **rest}:
            return {**wrapped(rest), "AllowedMethods": {**wrapped(allowed), "CachedMethods": wrapped(cached)}}
        case dict():
            return {NAMES.get(name, name): wrapped(each) for name, each in value.items()}
        case list():
            return {"Quantity": len(value), "Items": [wrapped(each) for each in value]}
        case _:
            return value


def unwrapped(value: Any) -> Any:
    """An API's value as a template has it."""
    match value:
        case {"AllowedMethods": {"CachedMethods": cached, **allowed}, **rest}:
            return {**unwrapped(rest), "AllowedMethods": unwrapped(allowed), "CachedMethods": unwrapped(cached)}
        case {"Quantity": _, **rest} if not set(rest) - {"Items"}:
            return [unwrapped(each) for each in rest.get("Items", [])]
        case dict():
            return {TEMPLATE_NAMES.get(name, name): unwrapped(each) for name, each in value.items()}
        case list():
            return [unwrapped(each) for each in value]
        case _:
            return value
