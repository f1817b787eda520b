"""Runs side by side never take each other's ports."""

from __future__ import annotations

import socket
import sys

import pytest

from lab import embedded

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shares a kept port")


def test_a_chosen_port_is_given_to_nobody_else() -> None:
    port = embedded.free_port()
    assert embedded.free_port(port) != port
    with socket.socket() as outgoing, pytest.raises(OSError, match="in use"):
        outgoing.bind(("", port))


@pytest.mark.parametrize("address", ["127.0.0.1", "", "::"])
def test_its_server_listens_there_and_again_after_its_end(address: str) -> None:
    port = embedded.free_port()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for _ in range(2):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        with (
            socket.create_server((address, port), family=family, dualstack_ipv6=address == "::"),
            socket.create_connection(("127.0.0.1", port)) as client,
        ):
            assert client.getpeername()[1] == port
