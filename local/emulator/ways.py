"""Whose packets reach which API: who has no way to one is not answered, as in a VPC without a route or an endpoint to it.

    POST /_promha/ways {address: [service as its endpoint is called] | null}: null reaches all, and so does who is not named
"""

import json
import select
import socket
import sys
import time

from calls import answer, body_of, parse

# Nobody's client waits for longer.
SILENT_S = 120


class Ways:
    """WSGI middleware."""

    def __init__(self, app):
        self.app, self.ways = app, {}

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] == "/_promha/ways":
            self.ways = json.loads(body_of(environ))
            return answer(start_response, {})
        services = self.ways.get(environ.get("REMOTE_ADDR"))
        if services is not None and (call := parse(environ)) is not None and call.service not in services:
            print(f"no way from {environ['REMOTE_ADDR']} to {call.service} ({call.operation})", file=sys.stderr, flush=True)
            body_of(environ)  # or it would look as if more came
            keep_silent(environ["werkzeug.socket"])
        return self.app(environ, start_response)


def keep_silent(connection: socket.socket) -> None:
    """Until the client gives up. The server takes it for one that went away."""
    end = time.monotonic() + SILENT_S
    while time.monotonic() < end:
        readable, _, _ = select.select([connection], [], [], 1)
        if readable and connection.recv(1, socket.MSG_PEEK) == b"":
            break
        if readable:
            time.sleep(1)
    raise ConnectionResetError("no way")
