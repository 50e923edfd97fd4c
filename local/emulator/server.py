"""Serves the AWS API emulator (moto) with what our templates need and it lacks, on several addresses at once.

    python3 server.py --listen 127.0.0.1:5000 --listen 10.77.0.1:5000

All addresses share one account's state. Prints {"ready": true, ...} on stdout once every address listens; port 0 takes a
free one. Ends on SIGTERM or SIGINT. Says on stderr why it cannot start, with exit code 1.
"""

import argparse
import json
import logging
import signal
import sys
import threading

import extensions
from authorize import Authorize
from balancing import TargetHealth
from call_log import CallLog
from changes import CountChanges
from latency import SlowS3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from orders import Orders
from ways import Ways
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, ThreadedWSGIServer


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open between requests, and logs only what failed."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code="-", size="-"):
        if str(code) >= "500":
            super().log_request(code, size)


def listen(address: str, app: CountChanges) -> BaseWSGIServer:
    host, _, port = address.rpartition(":")
    # SystemExit is what werkzeug makes of a taken port, after printing advice that does not fit here.
    try:
        return ThreadedWSGIServer(host, int(port), app, handler=QuietHandler)
    except (OSError, SystemExit) as error:
        reason = f"cannot listen on {address}: {getattr(error, 'strerror', None) or 'the address is in use'}"
        raise SystemExit(f"{reason}. Stop what holds it, or give another --listen HOST:PORT.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", action="append", required=True, metavar="HOST:PORT")
    parser.add_argument("--authorize", metavar="SOCKET", help="of the evaluator of policies; without it, all may do all")
    parser.add_argument("--lambda-concurrency", type=int, metavar="N", help="of the account; without it, no reservation is refused")
    parser.add_argument("--call-log", metavar="FILE", help="of what is called how often; without it nothing is counted")
    parser.add_argument("--s3-latency", type=int, nargs=2, metavar=("READ_MS", "WRITE_MS"), help="without it, S3 answers at once")
    parser.add_argument("--without", action="append", default=[], metavar="NAME", help="of what AWS refuses: ecs")
    given = parser.parse_args()
    addresses = given.listen
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    extensions.install(given.lambda_concurrency, given.without)

    app = TargetHealth(Orders(CountChanges(DomainDispatcherApplication(create_backend_app))))
    if given.authorize is not None:
        app = Authorize(app, given.authorize)
    if given.s3_latency is not None:
        app = SlowS3(app, *given.s3_latency)
    if given.call_log is not None:
        app = CallLog(app, given.call_log)
    app = Ways(app)
    servers = [listen(address, app) for address in addresses]
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    listening = [f"{server.server_address[0]}:{server.server_address[1]}" for server in servers]
    print(json.dumps({"ready": True, "listen": listening}), flush=True)
    done.wait()


if __name__ == "__main__":
    main()
