"""What a call asks of IAM: an action on each resource that it touches, with what conditions may look at."""

import base64
import json
import re
from urllib.parse import unquote

from calls import Call
from moto.awslambda.models import lambda_backends
from moto.cloudformation.models import cloudformation_backends
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.servicediscovery.models import servicediscovery_backends
from moto.sns.models import sns_backends

# Signing name → prefix of actions, where they differ.
PREFIX = {"monitoring": "cloudwatch"}
# Operation → action, where they differ.
ACTIONS = {
    "s3": {
        "HeadObject": "GetObject",
        "HeadBucket": "ListBucket",
        "ListObjects": "ListBucket",
        "ListObjectsV2": "ListBucket",
        "ListObjectVersions": "ListBucketVersions",
        "ListBuckets": "ListAllMyBuckets",
        "CreateMultipartUpload": "PutObject",
        "UploadPart": "PutObject",
        "CompleteMultipartUpload": "PutObject",
        "CopyObject": "PutObject",
        "DeleteObjects": "DeleteObject",
    },
    "lambda": {"Invoke": "InvokeFunction"},
}
# ARN → policy, of buckets and topics: the emulator's own enforcement would not look at conditions.
RESOURCE_POLICIES: dict[str, dict] = {}
KINDS = {"vol": "volume", "snap": "snapshot", "i": "instance"}


def question(action: str, resource: str, context=None, policy=None) -> dict:
    return {"action": action, "resource": resource, "context": context or {}, "resourcePolicy": policy}


def questions(call: Call) -> list[dict]:
    """In the order in which AWS would look."""
    action = f"{PREFIX.get(call.service, call.service)}:" + ACTIONS.get(call.service, {}).get(call.operation, call.operation)
    special = {
        "s3": of_s3,
        "ec2": of_ec2,
        "lambda": of_lambda,
        "servicediscovery": of_cloud_map,
        "monitoring": of_cloudwatch,
        "ecs": of_ecs,
        "ssm": of_ssm,
        "secretsmanager": of_secrets,
        "kms": of_kms,
        "sts": of_sts,
    }.get(call.service)
    asked = special(call, action) if special else [question(action, named_resource(call))]
    common = {"aws:SecureTransport": "true", "aws:RequestedRegion": call.region, "aws:PrincipalAccount": ACCOUNT}
    return [{**q, "context": {**common, **q["context"]}} for q in asked]


def named_resource(call: Call) -> str:
    """Describing calls know no resource."""
    if call.service == "autoscaling" and "AutoScalingGroupName" in call.parameters:
        name = call.parameters["AutoScalingGroupName"]
        return f"arn:aws:autoscaling:{call.region}:{ACCOUNT}:autoScalingGroup:*:autoScalingGroupName/{name}"
    if call.service == "cloudformation" and "StackName" in call.parameters:
        return stack_arn(call.region, call.parameters["StackName"])
    named = [call.parameters[k] for k in ("ListenerArn", "TargetGroupArn", "RuleArn", "TopicArn") if k in call.parameters]
    return named[0] if named and not call.operation.startswith("Describe") else "*"


def stack_arn(region: str, name: str) -> str:
    """With the id that no caller knows, and policies of CDK's name: that of the stack that exists."""
    stacks = cloudformation_backends[ACCOUNT][region].stacks.values()
    found = next((s.stack_id for s in stacks if name in (s.name, s.stack_id)), None)
    return found or f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{name}/*"


def of_s3(call: Call, action: str) -> list[dict]:
    bucket, key = call.parameters.get("Bucket"), call.parameters.get("Key")
    if not bucket:
        return [question(action, "*")]
    found = s3_backends[ACCOUNT]["aws"].buckets.get(bucket)
    arn = f"arn:aws:s3:::{bucket}"
    policy = RESOURCE_POLICIES.get(arn)
    context = {f"s3:{name}": call.parameters[name] for name in ("prefix", "delimiter") if name in call.parameters}
    if key is None:
        return [question(action, arn, context, policy)]
    asked = [question(action, f"{arn}/{key}", context, policy)]
    # Whoever may not list is not told that an object does not exist.
    if call.operation in ("GetObject", "HeadObject") and found is not None and found.keys.get(key) is None:
        asked.append(question("s3:ListBucket", arn, {}, policy))
    return asked


def of_cloud_map(call: Call, action: str) -> list[dict]:
    """An operation is known by the service and the namespace that it is about."""
    backend = servicediscovery_backends[ACCOUNT][call.region]
    service = call.parameters.get("ServiceId")
    if call.operation != "GetOperation":
        return [question(action, f"arn:aws:servicediscovery:{call.region}:{ACCOUNT}:service/{service}" if service else "*")]
    found = backend.operations.get(call.parameters["OperationId"])
    about = backend.services.get(found.targets.get("SERVICE")) if found is not None else None
    if about is None:
        return []
    namespaces = [backend.namespaces[about.namespace_id].arn] if about.namespace_id in backend.namespaces else []
    return [question(action, arn) for arn in [*namespaces, about.arn]]


def of_cloudwatch(call: Call, action: str) -> list[dict]:
    """Describing alarms is judged by all of them, by name or not (aws-terminator#63, amazon-cloudwatch-auto-alarms#1)."""
    if "Alarm" not in call.operation:
        return [question(action, "*")]
    named = "*" if call.operation.startswith("Describe") else call.parameters.get("AlarmName", "*")
    return [question(action, f"arn:aws:cloudwatch:{call.region}:{ACCOUNT}:alarm:{named}")]


def of_ecs(call: Call, action: str) -> list[dict]:
    p = call.parameters
    named = p.get("services", []) if call.operation == "DescribeServices" else [p["service"]] if "service" in p else []
    cluster = p.get("cluster", "default").split("/")[-1]
    arns = [f"arn:aws:ecs:{call.region}:{ACCOUNT}:service/{cluster}/{name.split('/')[-1]}" for name in named]
    return [question(action, arn) for arn in arns or ["*"]]


def of_ssm(call: Call, action: str) -> list[dict]:
    """A command is judged by the document that it runs and by each machine."""
    p = call.parameters
    if call.operation in ("GetParameter", "GetParameters"):
        names = p.get("Names") or [p["Name"]]
        arns = [f"arn:aws:ssm:{call.region}:{ACCOUNT}:parameter/{name.removeprefix('/')}" for name in names]
        return [question(action, arn) for arn in arns]
    if call.operation != "SendCommand":
        return [question(action, "*")]
    machines = [tagged_with(call.region, "instance", name, action) for name in p.get("InstanceIds", [])]
    return [question(action, f"arn:aws:ssm:{call.region}::document/{p['DocumentName']}"), *machines]


def of_secrets(call: Call, action: str) -> list[dict]:
    """Of several at once each is asked apart (authorize.py): one that is refused keeps none of the others back."""
    if call.operation == "BatchGetSecretValue" or "SecretId" not in call.parameters:
        return [question(action, "*")]
    return [question(action, secret_arn(call.region, call.parameters["SecretId"]))]


def secret_arn(region: str, asked: str) -> str:
    """A whole ARN is the user's own; of a name it is what the secret got, or would have got."""
    if re.search(r"^arn:.*-[A-Za-z0-9]{6}$", asked):
        return asked
    found = secretsmanager_backends[ACCOUNT][region].secrets.get(asked)
    if found is not None:
        return found.arn
    return asked if asked.startswith("arn:") else f"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:{asked}-000000"


def of_sts(call: Call, action: str) -> list[dict]:
    """Whom a role lets assume it stands in its own policy."""
    arn = call.parameters.get("RoleArn")
    if arn is None:
        return []
    found = next((role for role in iam_backends[ACCOUNT]["aws"].roles.values() if role.arn == arn), None)
    policy = found and found.assume_role_policy_document
    return [question(action, arn, {}, json.loads(policy) if isinstance(policy, str) else policy)]


def of_kms(call: Call, action: str) -> list[dict]:
    """The key by its id, its ARN, its alias, or by what it encrypted."""
    p, backend = call.parameters, kms_backends[ACCOUNT][call.region]
    named = p.get("KeyId")
    if named is None and "CiphertextBlob" in p:
        # As moto packs it: the id in front.
        named = base64.b64decode(p["CiphertextBlob"])[:36].decode(errors="replace")
    if named is None:
        return [question(action, "*")]
    key_id = named.split(":key/")[-1]
    if "alias/" in named:
        key_id = backend.get_key_id_from_alias(named.split(":")[-1]) or key_id
    if key_id not in backend.keys:
        return [question(action, f"arn:aws:kms:{call.region}:{ACCOUNT}:key/{key_id}")]
    key = backend.keys[key_id]
    policy = json.loads(key.policy) if isinstance(key.policy, str) else key.policy
    context = {f"kms:EncryptionContext:{name}": value for name, value in (p.get("EncryptionContext") or {}).items()}
    return [question(action, key.arn, context, policy)]


def tagged_with(region: str, kind: str, name: str, action: str, more=None) -> dict:
    """A question about something of EC2 that is there, with its tags."""
    found = ec2_backends[ACCOUNT][region].describe_tags(filters={"resource-id": [name]})
    tags = {t["key"]: t["value"] for t in found}
    context = {**tagged(tags, "aws:ResourceTag"), **tagged(tags, "ec2:ResourceTag"), **(more or {})}
    return question(action, ec2_arn(region, kind, name), context)


def ec2_arn(region: str, kind: str, name: str) -> str:
    return f"arn:aws:ec2:{region}:{'' if kind == 'snapshot' else ACCOUNT}:{kind}/{name}"


def of_lambda(call: Call, action: str) -> list[dict]:
    name = unquote(call.parameters.get("FunctionName", "")).split(":function:")[-1].split(":")[0]
    return [function_question(call.region, action, name)] if name else [question(action, "*")]


def function_question(region: str, action: str, name: str) -> dict:
    found = next((f for f in lambda_backends[ACCOUNT][region].list_functions() if f.function_name == name), None)
    # The emulator keeps all that AddPermission was told.
    kept = ("Sid", "Effect", "Principal", "Action", "Resource", "Condition")
    statements = [{k: s[k] for k in kept if k in s} for s in (found.policy.statements if found is not None else [])]
    policy = {"Version": "2012-10-17", "Statement": statements} if statements else None
    return question(action, f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}", {}, policy)


def key_questions(action: str, topic_arn: str) -> list[dict]:
    """Who publishes to a topic with a key encrypts with it (SNS Developer Guide, "Configuring AWS KMS permissions")."""
    if action != "sns:Publish":
        return []
    region = topic_arn.split(":")[3]
    topic = sns_backends[ACCOUNT][region].topics.get(topic_arn)
    if topic is None or not topic.kms_master_key_id:
        return []
    key = kms_backends[ACCOUNT][region].describe_key(topic.kms_master_key_id)
    policy = json.loads(key.policy) if isinstance(key.policy, str) else key.policy
    return [question(kms, key.arn, {}, policy) for kms in ("kms:GenerateDataKey", "kms:Decrypt")]


def of_ec2(call: Call, action: str) -> list[dict]:
    p, operation = call.parameters, call.operation

    def existing(kind: str, name: str, more=None) -> dict:
        return tagged_with(call.region, kind, name, action, more)

    asked = {k: v for i in range(1, 6) for k, v in form_tags(p, f"TagSpecification.{i}.Tag").items()}

    def made(kind: str) -> list[dict]:
        wanted = with_keys(asked)
        new = ec2_arn(call.region, kind, "new")
        tags = [question("ec2:CreateTags", new, {**wanted, "ec2:CreateAction": operation})] if asked else []
        return [question(action, new, wanted), *tags]

    match operation:
        case "AttachVolume" | "DetachVolume":
            instance = [existing("instance", p["InstanceId"])] if "InstanceId" in p else []
            return [existing("volume", p["VolumeId"]), *instance]
        case "CreateSnapshot":
            return [existing("volume", p["VolumeId"]), *made("snapshot")]
        case "CreateVolume":
            return [*made("volume"), *([existing("snapshot", p["SnapshotId"])] if "SnapshotId" in p else [])]
        case "DeleteSnapshot":
            return [existing("snapshot", p["SnapshotId"])]
        case "DeleteVolume":
            return [existing("volume", p["VolumeId"])]
        case "CreateTags" | "DeleteTags":
            tags = with_keys(form_tags(p, "Tag"))
            names = [p[f"ResourceId.{i}"] for i in range(1, 51) if f"ResourceId.{i}" in p]
            return [existing(KINDS[name.split("-")[0]], name, tags) for name in names]
    return [question(action, "*")]


def form_tags(parameters: dict, prefix: str) -> dict:
    names = [f"{prefix}.{i}" for i in range(1, 51) if f"{prefix}.{i}.Key" in parameters]
    return {parameters[f"{n}.Key"]: parameters.get(f"{n}.Value", "") for n in names}


def tagged(tags: dict, kind: str) -> dict:
    return {f"{kind}/{key}": value for key, value in tags.items()}


def with_keys(tags: dict) -> dict:
    return {**tagged(tags, "aws:RequestTag"), **({"aws:TagKeys": list(tags)} if tags else {})}
