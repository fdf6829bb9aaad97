"""AWS Budgets."""

from adapter import ACCOUNT, Adapter, Properties, client


class Budget(Adapter):
    type = "AWS::Budgets::Budget"
    drops = frozenset({"NotificationsWithSubscribers"})

    def make(self, name: str, properties: Properties) -> str:
        budget = dict(properties.pop("Budget"))
        name = budget.setdefault("BudgetName", name)
        budget["BudgetLimit"] = {key: str(value) for key, value in budget["BudgetLimit"].items()}
        client("budgets").create_budget(AccountId=ACCOUNT, Budget=budget, **properties)
        return name

    def read(self, id: str, properties: Properties) -> Properties:
        return {"Budget": client("budgets").describe_budget(AccountId=ACCOUNT, BudgetName=id)["Budget"]}

    def unmake(self, id: str, properties: Properties) -> None:
        client("budgets").delete_budget(AccountId=ACCOUNT, BudgetName=id)
