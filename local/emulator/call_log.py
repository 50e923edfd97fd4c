"""Counts who calls which operation on what: a line of JSON per kind of call and ten seconds.

    {"at": start of the ten seconds, ms, "who": role, or null for the account's owner, "service", "operation", "what", "count"}

`what`: of S3 bucket and key, "#" for digits and "*" for what is of one object only, such as a block's ULID.
"""

import json
import re
import threading
import time

from calls import CALL, CALLER, parse

WINDOW_S = 10
# ULIDs and hashes; then what is numbered.
UNIQUE = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{32,})\b")
DIGITS = re.compile(r"\d+")


class CallLog:
    """WSGI middleware around all others."""

    def __init__(self, app, path: str):
        self.app, self.path = app, path
        self.lock, self.window, self.counts = threading.Lock(), None, {}
        threading.Thread(target=self.write_when_over, daemon=True).start()

    def __call__(self, environ, start_response):
        call = parse(environ)
        environ[CALL] = call
        answer = self.app(environ, start_response)
        if call is not None:
            kind = (environ.get(CALLER), call.service, call.operation, what(call.parameters))
            with self.lock:
                self.roll()
                self.counts[kind] = self.counts.get(kind, 0) + 1
        return answer

    def write_when_over(self):
        while True:
            time.sleep(1)
            with self.lock:
                self.roll()

    def roll(self):
        window = int(time.time()) // WINDOW_S * WINDOW_S
        if window == self.window:
            return
        with open(self.path, "a", encoding="utf8") as log:
            for (who, service, operation, on), count in self.counts.items():
                line = {"at": self.window * 1000, "who": who, "service": service, "operation": operation}
                log.write(json.dumps({**line, "what": on, "count": count}) + "\n")
        self.window, self.counts = window, {}


def what(parameters: dict) -> str:
    bucket = parameters.get("Bucket")
    if not bucket:
        return ""
    return f"{bucket}/{DIGITS.sub('#', UNIQUE.sub('*', parameters.get('Key') or parameters.get('prefix') or ''))}"
