"""The sandbox over a real socket."""

import http.client
import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread

import pytest

from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.faults import FaultScript
from integrations.sandbox.core.server import SandboxServer
from tests.integrations.sandbox.brightpearl.conftest import ROOT, SYSTEM_APP

PROBE = f"{ROOT}integration-service/account-configuration"


@pytest.fixture
def server():
    running = SandboxServer(Sandbox())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def connection(server):
    line = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    yield line
    line.close()


def ask(connection, method="GET", path=PROBE, body=None):
    connection.request(method, path, body=body, headers=SYSTEM_APP)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read()), answer


def test_one_connection_carries_many_requests(connection):
    statuses = [ask(connection)[0] for _ in range(3)]

    assert statuses == [200, 200, 200]


def test_vendor_headers_come_through(connection):
    _, _, answer = ask(connection)

    assert answer.getheader("brightpearl-requests-remaining") == "199"


def test_a_body_and_an_encoded_query_arrive_whole(connection):
    ask(connection, "POST", f"{ROOT}contact-service/postal-address", '{"addressLine1":"1 Quay £"}')

    path = f"{ROOT}product-service/product-search?updatedOn=2026-01-01T00:00:00%2B00:00/"
    assert ask(connection, path=path)[0] == 200


@pytest.mark.parametrize("fault", ["timeout_applied", "timeout_not_applied", "reset"])
def test_a_broken_connection_ends_without_an_answer(server, connection, fault):
    server.sandbox.use_faults(FaultScript({1: fault}))

    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        ask(connection)


def test_a_truncated_answer_ends_early(server, connection):
    server.sandbox.use_faults(FaultScript({1: "truncated"}))
    connection.request("GET", PROBE, headers=SYSTEM_APP)

    with pytest.raises(http.client.IncompleteRead):
        connection.getresponse().read()


def test_webhooks_are_delivered_by_themselves(server):
    arrived = Event()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(200)
            self.end_headers()
            arrived.set()

        def log_message(self, *args):
            pass

    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=receiver.handle_request, daemon=True).start()
    url = f"http://127.0.0.1:{receiver.server_port}/"
    server.sandbox.hooks.enqueue(url, {}, b"{}", server.sandbox.clock.now())

    assert arrived.wait(timedelta(seconds=5).total_seconds())
    receiver.server_close()
