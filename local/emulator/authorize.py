"""Refuses what IAM would refuse. Who is allowed what is decided by local/iam, asked on a Unix socket; here is found out
who calls what on which resource, and what the policies say.

    POST /_promha/credentials {"role" | "instanceProfile", "session"}: a session of a deployed role
    POST /_promha/authorize   {"key" | "service", "action", "resource", "context"}: for what is played outside of here
"""

import http.client
import io
import json
import socket
import sys
from dataclasses import replace
from xml.sax.saxutils import escape

from calls import CALL, CALLER, answer, body_of, parse
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from questions import RESOURCE_POLICIES, function_question, key_questions, question, questions

QUERY = ("elasticloadbalancing", "monitoring", "autoscaling", "cloudformation", "sns", "sts", "iam")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str):
        super().__init__("localhost", timeout=5)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Authorize:
    """WSGI middleware. Calls of other keys than those of sessions are the account's owner's, who may do everything."""

    def __init__(self, app, path: str):
        self.app, self.path, self.sessions = app, path, {}
        # Questions that were answered with yes. What is refused is asked, and told, each time.
        self.cache: set[str] = set()

    def __call__(self, environ, start_response):
        match environ["PATH_INFO"]:
            case "/_promha/credentials":
                return answer(start_response, self.credentials(**json.loads(body_of(environ))))
            case "/_promha/authorize":
                return answer(start_response, self.authorize(**json.loads(body_of(environ))))
        call = environ[CALL] if CALL in environ else parse(environ)
        if call is None:
            return self.app(environ, start_response)
        # Policies of resources and tags are part of a question; those of roles are not.
        if call.service in ("iam", "cloudformation"):
            self.cache.clear()
        role = self.sessions.get(call.key)
        if role is None:
            return self.app(environ, start_response)
        environ[CALLER] = role["name"]
        refused = self.refused(role, questions(call))
        if refused is None and call.operation == "BatchGetSecretValue":
            return self.of_several(environ, start_response, call, role)
        if refused is None:
            return self.app(environ, start_response)
        body_of(environ)
        protocol = "json" if environ.get("HTTP_X_AMZ_TARGET") else call.service
        return refuse(start_response, protocol, environ["REQUEST_METHOD"] == "HEAD", refused)

    def of_several(self, environ, start_response, call, role):
        """Of several secrets those that are refused are named in the answer, and the others are in it."""
        names = call.parameters["SecretIdList"]
        asked = {name: replace(call, operation="GetSecretValue", parameters={"SecretId": name}) for name in names}
        errors = [
            {"SecretId": name, "ErrorCode": "AccessDeniedException", "Message": refused["because"]}
            for name, one in asked.items()
            if (refused := self.refused(role, questions(one))) is not None
        ]
        refused = [error["SecretId"] for error in errors]
        body = json.dumps({"SecretIdList": [name for name in asked if name not in refused]}).encode()
        body_of(environ)
        environ.update({"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})
        said = []
        answered = b"".join(self.app(environ, lambda status, headers, _=None: said.append((status, headers))))
        status, headers = said[0]
        document = json.loads(answered)
        document["Errors"] = [*(document.get("Errors") or []), *errors]
        answered = json.dumps(document).encode()
        rest = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(status, [*rest, ("Content-Length", str(len(answered)))])
        return [answered]

    def credentials(self, session: str, role: str | None = None, instanceProfile: str | None = None) -> dict:
        iam = iam_backends[ACCOUNT]["aws"]
        name = role or iam.get_instance_profile(instanceProfile).roles[0].name
        found = iam.get_role(name)
        assumed = sts_backends[ACCOUNT]["aws"].assume_role("", session, found.arn, None, 43200, None)
        self.sessions[assumed.access_key_id] = {
            "kind": "role",
            "account": ACCOUNT,
            "roleArn": found.arn,
            "sessionArn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
            "name": name,
        }
        return {
            "accessKeyId": assumed.access_key_id,
            "secretAccessKey": assumed.secret_access_key,
            "sessionToken": assumed.session_token,
        }

    def authorize(self, action, resource, context, key=None, service=None, region="eu-west-1") -> dict:
        """`resource`: an ARN; of a function its name in `region`, too."""
        caller = self.sessions.get(key) if service is None else {"kind": "service", "name": service}
        if caller is None:
            return {"allowed": True}
        if action == "lambda:InvokeFunction":
            of = resource.split(":")[3] if resource.startswith("arn:") else region
            asked = [function_question(of, action, resource.rpartition(":")[2])]
        else:
            asked = [question(action, resource, {}, RESOURCE_POLICIES.get(resource)), *key_questions(action, resource)]
        for q in asked:
            q["context"] = {"aws:SecureTransport": "true", **context}
        refused = self.refused(caller, asked)
        return {"allowed": refused is None, **(refused or {})}

    def refused(self, caller: dict, asked: list[dict]) -> dict | None:
        """The first that is not allowed."""
        known = json.dumps([caller, asked], sort_keys=True)
        if known in self.cache:
            return None
        for q, decision in zip(asked, self.decide(caller, asked)):
            if not decision["allowed"]:
                return {"caller": caller, "question": q, "because": decision["because"]}
        self.cache.add(known)
        return None

    def decide(self, caller: dict, asked: list[dict]) -> list[dict]:
        connection = UnixConnection(self.path)
        try:
            body = {"caller": caller, "identity": self.policies(caller), "questions": asked}
            connection.request("POST", "/", json.dumps(body))
            response = connection.getresponse()
            text = response.read()
            if response.status != 200:
                raise RuntimeError(f"the evaluator of policies answered {response.status}: {text.decode()}")
            return json.loads(text)
        finally:
            connection.close()

    def policies(self, caller: dict) -> list[dict]:
        if caller["kind"] != "role":
            return []
        iam, name = iam_backends[ACCOUNT]["aws"], caller["name"]
        inline = [iam.get_role_policy(name, policy)[1] for policy in iam.list_role_policies(name)]
        attached = [next(v.document for v in p.versions if v.is_default) for p in iam.list_attached_role_policies(name)[0]]
        return [json.loads(d) if isinstance(d, str) else d for d in [*inline, *attached]]


def refuse(start_response, service: str, is_head: bool, refused: dict):
    action, resource = refused["question"]["action"], refused["question"]["resource"]
    how = "with an explicit deny" if refused["because"] == "explicit deny" else f"because no policy allows the {action} action"
    said = f"User: {refused['caller']['sessionArn']} is not authorized to perform: {action} on resource: {resource} {how}"
    print(f"refused: {said}", file=sys.stderr, flush=True)
    status, kind, text, extra = shape(service, said)
    body = b"" if is_head else text.encode()
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body))), *extra])
    return [body]


def shape(service: str, said: str):
    """As each kind of API says it: by service, and `json` where the request was JSON, whatever else the service speaks."""
    xml = escape(said)
    if service == "ec2":
        error = f"<Errors><Error><Code>UnauthorizedOperation</Code><Message>{xml}</Message></Error></Errors>"
        return "403 Forbidden", "text/xml", f"<Response>{error}<RequestID>local</RequestID></Response>", []
    if service == "s3":
        return "403 Forbidden", "application/xml", f"<Error><Code>AccessDenied</Code><Message>{xml}</Message></Error>", []
    if service in QUERY:
        error = f"<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{xml}</Message></Error>"
        return "403 Forbidden", "text/xml", f"<ErrorResponse>{error}<RequestId>local</RequestId></ErrorResponse>", []
    extra = [("x-amzn-errortype", "AccessDeniedException")]
    if service == "lambda":
        return "403 Forbidden", "application/json", json.dumps({"Message": said}), extra
    document = {"__type": "AccessDeniedException", "Message": said}
    return "400 Bad Request", "application/x-amz-json-1.1", json.dumps(document), extra
