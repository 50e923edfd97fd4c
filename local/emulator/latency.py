"""S3 takes its time: reads and writes are answered so much later."""

import re
import time

SIGNED_FOR_S3 = re.compile(r"/s3/aws4_request")
READS = ("GET", "HEAD")


class SlowS3:
    """WSGI middleware. Every request that is signed for S3, whoever signed it."""

    def __init__(self, app, read_ms: int, write_ms: int):
        self.app, self.read_s, self.write_s = app, read_ms / 1000, write_ms / 1000

    def __call__(self, environ, start_response):
        signed = environ.get("HTTP_AUTHORIZATION", "") + environ.get("QUERY_STRING", "").replace("%2F", "/")
        if SIGNED_FOR_S3.search(signed):
            time.sleep(self.read_s if environ["REQUEST_METHOD"] in READS else self.write_s)
        return self.app(environ, start_response)
