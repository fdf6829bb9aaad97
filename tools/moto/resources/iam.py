"""IAM, made by moto's own models."""

from adapter import Adapter, Properties, client


class Role(Adapter):
    type = "AWS::IAM::Role"

    def attributes(self, id: str, properties: Properties) -> Properties:
        role = client("iam").get_role(RoleName=id)["Role"]
        return {"Arn": role["Arn"], "RoleId": role["RoleId"]}

    def read(self, id: str, properties: Properties) -> Properties:
        iam = client("iam")
        attached = iam.list_attached_role_policies(RoleName=id)["AttachedPolicies"]
        names = iam.list_role_policies(RoleName=id)["PolicyNames"]
        inline = [iam.get_role_policy(RoleName=id, PolicyName=policy) for policy in names]
        return {
            **iam.get_role(RoleName=id)["Role"],
            "ManagedPolicyArns": [policy["PolicyArn"] for policy in attached],
            "Policies": [{key: each[key] for key in ("PolicyName", "PolicyDocument")} for each in inline],
        }


class Policy(Adapter):
    type = "AWS::IAM::Policy"

    def read(self, id: str, properties: Properties) -> Properties:
        """The policy as each of its roles bears it."""
        documents = {}
        for role in properties["Roles"]:
            told = client("iam").get_role_policy(RoleName=role, PolicyName=properties["PolicyName"])
            documents[role] = told["PolicyDocument"]
        return {
            "PolicyName": properties["PolicyName"],
            "Roles": list(documents),
            "PolicyDocument": list(documents.values()),
        }

    def meant(self, properties: Properties) -> Properties:
        return {**properties, "PolicyDocument": [properties["PolicyDocument"]] * len(properties["Roles"])}


class ManagedPolicy(Adapter):
    type = "AWS::IAM::ManagedPolicy"

    def read(self, id: str, properties: Properties) -> Properties:
        iam = client("iam")
        policy = iam.get_policy(PolicyArn=id)["Policy"]
        version = iam.get_policy_version(PolicyArn=id, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        roles = iam.list_entities_for_policy(PolicyArn=id)["PolicyRoles"]
        return {**policy, "PolicyDocument": version["Document"], "Roles": [role["RoleName"] for role in roles]}
