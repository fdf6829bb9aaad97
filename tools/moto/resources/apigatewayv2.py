"""API Gateway's HTTP and WebSocket APIs."""

import re

from adapter import Adapter, Properties, Unserved, client


class Api(Adapter):
    type = "AWS::ApiGatewayV2::Api"

    def make(self, name: str, properties: Properties) -> str:
        return client("apigatewayv2").create_api(**properties)["ApiId"]

    def attributes(self, id: str, properties: Properties) -> Properties:
        told = self.read(id, properties)
        scheme = "wss" if told["ProtocolType"] == "WEBSOCKET" else "https"
        return {"ApiId": id, "ApiEndpoint": re.sub("^https", scheme, told["ApiEndpoint"])}

    def read(self, id: str, properties: Properties) -> Properties:
        return client("apigatewayv2").get_api(ApiId=id)

    def unmake(self, id: str, properties: Properties) -> None:
        client("apigatewayv2").delete_api(ApiId=id)


class Part(Adapter):
    """A part of an API: the call that makes it and the one that reads it are named after it."""

    word = ""

    def make(self, name: str, properties: Properties) -> str:
        made = getattr(client("apigatewayv2"), f"create_{self.word}")(**properties)
        return made[f"{self.word.title()}Id"]

    def read(self, id: str, properties: Properties) -> Properties:
        about = {"ApiId": properties["ApiId"], f"{self.word.title()}Id": id}
        return {**getattr(client("apigatewayv2"), f"get_{self.word}")(**about), "ApiId": properties["ApiId"]}


class Integration(Part):
    type = "AWS::ApiGatewayV2::Integration"
    word = "integration"


class Route(Part):
    type = "AWS::ApiGatewayV2::Route"
    word = "route"


class Authorizer(Part):
    type = "AWS::ApiGatewayV2::Authorizer"
    word = "authorizer"

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"AuthorizerId": id}


class Stage(Adapter):
    type = "AWS::ApiGatewayV2::Stage"

    def make(self, name: str, properties: Properties) -> str:
        return client("apigatewayv2").create_stage(**properties)["StageName"]

    def read(self, id: str, properties: Properties) -> Properties:
        told = client("apigatewayv2").get_stage(ApiId=properties["ApiId"], StageName=id)
        return {**told, "ApiId": properties["ApiId"]}


class Deployment(Unserved):
    type = "AWS::ApiGatewayV2::Deployment"
    drops = frozenset({"ApiId", "Description", "StageName"})

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"DeploymentId": id}
