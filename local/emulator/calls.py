"""Who calls which operation of which service, from a signed HTTP request."""

import functools
import io
import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

import botocore.session
from botocore.parsers import RpcV2CBORParser

CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/(\d+)/([^/]+)/([^/]+)/aws4_request")
LOADER = botocore.session.get_session().get_component("data_loader")
# In a request's environ: its Call, or None; and the name of the role that calls, where it is one.
CALL, CALLER = "prometheus_ha.call", "prometheus_ha.caller"
# Services whose operation stands in method and path.
REST = ("s3", "lambda")


@dataclass
class Call:
    key: str
    region: str
    service: str
    operation: str
    parameters: dict


@functools.cache
def routes(service: str) -> list:
    """(method, path, required query, required headers, operation), the most special first."""
    model = LOADER.load_service_model(service, "service-2")
    found = [route(name, operation, model["shapes"]) for name, operation in model["operations"].items()]
    return sorted(found, key=lambda r: (-len(r[2]) - len(r[3]), -r[1].pattern.count("/")))


def route(name: str, operation: dict, shapes: dict):
    path, _, query = operation["http"]["requestUri"].partition("?")
    regex = re.sub(
        r"\\\{([^}+]+)(\\\+)?\\\}",
        lambda m: f"(?P<{re.sub('[^A-Za-z0-9]', '', m[1])}>{'.+' if m[2] else '[^/]+'})",
        re.escape(path),
    )
    wanted = {part.split("=")[0]: (part.split("=") + [None])[1] for part in query.split("&") if part}
    shape = shapes[operation["input"]["shape"]] if "input" in operation else {}
    headers = []
    # Without them PutObject is taken for CopyObject.
    for member in shape.get("required", []):
        where = shape["members"][member]
        if where.get("location") == "querystring":
            wanted.setdefault(where["locationName"], None)
        if where.get("location") == "header":
            headers.append("HTTP_" + where["locationName"].upper().replace("-", "_"))
    return operation["http"]["method"], re.compile(f"^{regex}/?$"), wanted, headers, name


def rest(service: str, environ, path: str, query: dict):
    for method, regex, wanted, headers, name in routes(service):
        match = regex.match(path)
        if (
            method == environ["REQUEST_METHOD"]
            and match
            and all(header in environ for header in headers)
            and all(key in query and (value is None or query[key] == [value]) for key, value in wanted.items())
        ):
            return name, match.groupdict()
    return None


def body_of(environ) -> bytes:
    """Read, and put back for whoever comes next."""
    data = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(data)
    return data


def answer(start_response, document: dict):
    body = json.dumps(document).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def parse(environ) -> Call | None:
    """None when the request is not signed."""
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    in_query = "Credential=" + unquote(query.get("X-Amz-Credential", [""])[0])
    found = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", "")) or CREDENTIAL.search(in_query)
    if not found:
        return None
    key, _, region, service = found.groups()
    operation, parameters = operation_of(service, environ, query)
    return Call(key, region, service, operation, parameters)


def operation_of(service: str, environ, query: dict):
    path = environ["PATH_INFO"]
    if target := environ.get("HTTP_X_AMZ_TARGET", ""):
        return target.rpartition(".")[2], json.loads(body_of(environ) or b"{}")
    if smithy := re.match(r"^/service/[^/]+/operation/(\w+)$", path):
        body = body_of(environ)
        return smithy[1], RpcV2CBORParser().parse_data_item(io.BufferedReader(io.BytesIO(body))) if body else {}
    if service in REST:
        host = environ.get("HTTP_HOST", "").split(":")[0]
        if service == "s3" and (virtual := re.match(r"^(.+)\.s3[.-]", host)):
            path = f"/{virtual[1]}{path}"
        name, named = rest(service, environ, path, query) or ("?", {})
        return name, {**{k: v[0] for k, v in query.items()}, **named}
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        form = {k: v[0] for k, v in parse_qs(body_of(environ).decode(), keep_blank_values=True).items()}
        return form.get("Action", "?"), form
    return "?", {}
