"""Trade goes to a running sandbox over the socket, and a mistake is said in one sentence."""

import io
import socket

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.server import SandboxServer

RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


@pytest.fixture
def server():
    running = SandboxServer(Sandbox(), port=0)
    running.start()
    yield running
    running.stop()


def ring(path, server):
    out = io.StringIO()
    call_command("trade", str(path), url=server.url, stores=2, stdout=out)
    return out.getvalue()


def test_a_file_is_rung_up_in_the_running_sandbox(server, tmp_path):
    path = tmp_path / "day.csv"
    path.write_text(RETAIL + "700001,22001,KETTLE,2,2011-03-01 09:11:00,9.95,,UK\n")

    said = ring(path, server)

    assert "1 sales" in said
    assert len(server.sandbox.sitoo.state.orders) == 1


def test_a_refused_file_is_said_with_its_line(server, tmp_path):
    path = tmp_path / "day.csv"
    path.write_text(RETAIL + "700001,22001,KETTLE,two,2011-03-01 09:11:00,9.95,,UK\n")

    with pytest.raises(CommandError, match="line 2, column Quantity"):
        ring(path, server)


def test_a_sandbox_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="No sandbox answers"):
        call_command("trade", str(tmp_path / "day.csv"), url="http://127.0.0.1:9")


def test_a_port_in_use_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(CommandError, match=f"Port {port} cannot be used"):
            call_command("sandbox", port=port)
