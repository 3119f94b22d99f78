"""An object store that forgets: it takes uploads as fast as it can and says of each what it was told before.

Speaks what an upload needs: of Google's JSON API resumable uploads, of S3 uploads in parts, and a plain PUT. Prints its port.
"""

import base64
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Sink(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    buffer = bytearray(1 << 20)
    sizes = {}
    described = {}

    def log_message(self, *_):
        pass

    def body(self, keep=False):
        rest = int(self.headers.get("Content-Length", 0))
        if keep:
            return self.rfile.read(rest)
        if self.headers.get("Expect") == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        connection, view = self.connection, memoryview(self.buffer)
        rest -= len(self.rfile.read(min(rest, len(self.rfile.peek(1))))) if rest else 0
        while rest > 0:
            rest -= connection.recv_into(view[: min(rest, len(view))])
        return b""

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self):
        size = self.sizes.get(self.path)
        self.send_response(404 if size is None else 200)
        self.send_header("Content-Length", str(size or 0))
        self.end_headers()

    def do_POST(self):
        body = self.body(keep=True)
        if "uploadType=resumable" in self.path:
            told = json.loads(body)
            told |= {"size": self.headers["X-Upload-Content-Length"], "generation": "1"}
            self.described["session"] = json.dumps(told).encode()
            self.answer(200, Location=f"http://{self.headers['Host']}/session")
        elif self.path.endswith("?uploads="):
            self.sizes[self.path.partition("?")[0]] = 0
            self.answer(200, b"<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>")
        else:
            self.answer(200, b"<CompleteMultipartUploadResult/>")

    def do_PUT(self):
        self.body()
        if self.path == "/session":
            last, size = map(int, re.search(r"-(\d+)/(\d+)", self.headers["Content-Range"]).groups())
            if last + 1 == size:
                self.answer(200, self.described["session"])
            else:
                self.answer(308, Range=f"bytes=0-{last}")
        else:
            path = self.path.partition("?")[0]
            if path in self.sizes:
                self.sizes[path] += int(self.headers["Content-Length"])
            sum = base64.b64decode(self.headers.get("Content-MD5", "")).hex()
            self.answer(200, ETag=f'"{sum}"')

    def do_DELETE(self):
        self.sizes.pop(self.path, None)
        self.answer(204)


server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
print(server.server_port, flush=True)
server.serve_forever()
