"""The pages and receivers served from this process, for rehearsals and benchmarks."""

import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from config.wsgi import application


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the application logs what matters."""


class WebServer:
    """Serves on 127.0.0.1 in threads of this process until stopped."""

    def __init__(self, port: int) -> None:
        self._http = make_server(
            "127.0.0.1", port, application, server_class=_Server, handler_class=_Quiet
        )
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
