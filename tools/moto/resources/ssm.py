"""Parameter Store, made by moto's own models."""

from adapter import Adapter, Properties, client


class Parameter(Adapter):
    type = "AWS::SSM::Parameter"

    def read(self, id: str, properties: Properties) -> Properties:
        return client("ssm").get_parameter(Name=id)["Parameter"]
