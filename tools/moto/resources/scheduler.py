"""EventBridge Scheduler."""

from adapter import Adapter, Properties, client


class Schedule(Adapter):
    type = "AWS::Scheduler::Schedule"
    name_property = "Name"

    def make(self, name: str, properties: Properties) -> str:
        client("scheduler").create_schedule(Name=name, **properties)
        return name

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Arn": self.read(id, properties)["Arn"]}

    def read(self, id: str, properties: Properties) -> Properties:
        return client("scheduler").get_schedule(Name=id, GroupName=properties.get("GroupName", "default"))

    def unmake(self, id: str, properties: Properties) -> None:
        client("scheduler").delete_schedule(Name=id)


class ScheduleGroup(Adapter):
    type = "AWS::Scheduler::ScheduleGroup"
    name_property = "Name"

    def make(self, name: str, properties: Properties) -> str:
        client("scheduler").create_schedule_group(Name=name, **properties)
        return name

    def attributes(self, id: str, properties: Properties) -> Properties:
        return {"Arn": self.read(id, properties)["Arn"]}

    def read(self, id: str, properties: Properties) -> Properties:
        return client("scheduler").get_schedule_group(Name=id)
