"""CloudWatch alarms and dashboards."""

import json

from adapter import ACCOUNT, REGION, Adapter, Properties, Unserved, client


class Alarm(Adapter):
    type = "AWS::CloudWatch::Alarm"
    name_property = "AlarmName"

    def make(self, name: str, properties: Properties) -> str:
        client("cloudwatch").put_metric_alarm(AlarmName=name, **properties)
        return name

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Arn": self.read(id, properties)["AlarmArn"]}

    def read(self, id: str, properties: Properties) -> Properties:
        return client("cloudwatch").describe_alarms(AlarmNames=[id])["MetricAlarms"][0]

    def unmake(self, id: str, properties: Properties) -> None:
        client("cloudwatch").delete_alarms(AlarmNames=[id])


class CompositeAlarm(Unserved):
    type = "AWS::CloudWatch::CompositeAlarm"
    name_property = "AlarmName"
    drops = frozenset({"ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName", "AlarmRule", "OKActions"})

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Arn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{id}"}


class Dashboard(Adapter):
    type = "AWS::CloudWatch::Dashboard"
    name_property = "DashboardName"

    def make(self, name: str, properties: Properties) -> str:
        client("cloudwatch").put_dashboard(DashboardName=name, **properties)
        return name

    def meant(self, properties: Properties) -> Properties:
        return {**properties, "DashboardBody": json.loads(properties["DashboardBody"])}

    def read(self, id: str, properties: Properties) -> Properties:
        told = client("cloudwatch").get_dashboard(DashboardName=id)
        return {"DashboardName": told["DashboardName"], "DashboardBody": json.loads(told["DashboardBody"])}

    def unmake(self, id: str, properties: Properties) -> None:
        client("cloudwatch").delete_dashboards(DashboardNames=[id])
