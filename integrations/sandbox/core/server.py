"""Serves a sandbox on 127.0.0.1 over HTTP/1.1 with keep-alive, and delivers its webhooks."""

import socket
import struct
from datetime import timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from integrations.sandbox.core.clock import sleep
from integrations.sandbox.core.faults import BrokenConnectionError, TimedOut
from integrations.sandbox.core.http import Request, Response
from integrations.sandbox.core.webhooks import send_over_http

if TYPE_CHECKING:
    from integrations.sandbox.app import Sandbox

HOLD_BEFORE_CLOSING = timedelta(milliseconds=300)  # instead of outlasting the caller's patience
PUMP_INTERVAL = timedelta(milliseconds=20)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class SandboxServer:
    """One sandbox behind one port. Port 0 takes any free one."""

    def __init__(self, sandbox: "Sandbox", *, port: int = 0) -> None:
        self.sandbox = sandbox
        sandbox.pause = sleep
        self._http = _HttpServer(sandbox, port)
        self._stopping = Event()

    @property
    def url(self) -> str:
        """Where the systems are, e.g. `http://127.0.0.1:8899`."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self) -> None:
        """Serve in the background until `stop`."""
        Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        Thread(target=self._pump, daemon=True).start()

    def run(self) -> None:
        """Serve in this thread until `stop` or an interrupt."""
        Thread(target=self._pump, daemon=True).start()
        self._http.serve_forever(0.2)

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._stopping.set()
        self._http.shutdown()
        self._http.server_close()

    def _pump(self) -> None:
        while not self._stopping.wait(PUMP_INTERVAL.total_seconds()):
            self.sandbox.hooks.pump(send_over_http, self.sandbox.clock.now())


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, sandbox: "Sandbox", port: int) -> None:
        self.sandbox = sandbox
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _HttpServer

    def answer(self) -> None:
        request = self._read()
        if request is None:
            return
        try:
            self._write(self.server.sandbox.handle(request))
        except BrokenConnectionError as broken:
            self._break_off(broken)

    def _read(self) -> Request | None:
        if "chunked" in self.headers.get("transfer-encoding", ""):
            self.close_connection = True
            self._write(Response(411))
            return None
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        url = urlsplit(self.path)
        query = parse_qsl(url.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, url.path, query, headers, body)

    def _write(self, response: Response) -> None:
        length = response.declared_length
        if length is not None and length != len(response.body):
            self.close_connection = True
        lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        lines.append(f"content-length: {len(response.body) if length is None else length}")
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + response.body)

    def _break_off(self, broken: BrokenConnectionError) -> None:
        """Close without an answer: quietly after a while, or at once with a reset."""
        self.close_connection = True
        if isinstance(broken, TimedOut):
            sleep(HOLD_BEFORE_CLOSING)
        else:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the counters and the ledger say it better."""


for _method in METHODS:
    setattr(_Handler, f"do_{_method}", _Handler.answer)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
