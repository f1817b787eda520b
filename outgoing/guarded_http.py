"""Post to an address that people gave, without becoming their way into our network.

https only, and only to public addresses: the name is resolved once, every address it has is looked
at, and the connection goes to the one that was looked at. So a name that answers differently a
moment later changes nothing. No redirect is followed, an answer has ten seconds in all, and little
of it is read. OUTGOING_PRIVATE_HOSTS names hosts for which private addresses and http are allowed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0  # from the connection to the end of the answer
LARGEST_ANSWER = 4_096  # bytes that are read: enough to say what went wrong
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]


class Forbidden(Exception):
    """Say that an address is none that may be sent to."""

    retry_in = None


class NoAnswer(Exception):
    """Say that the other end did not answer, or not in time."""

    retry_in = 0.0  # as soon as the outbox tries anything again


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    text: str
    retry_after: str | None


def resolve(host: str, port: int) -> list[str]:
    """Answer the addresses of a host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NoAnswer(f"{host} has no address: {error.strerror or error}") from error
    return [str(each[4][0]) for each in found]


def checked(url: str, private_hosts: Collection[str]) -> SplitResult:
    """Read an address that may be sent to, as far as its text tells. Raises Forbidden."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Forbidden(f"the address cannot be read: {error}") from error
    is_private = parts.hostname in private_hosts
    if parts.scheme != "https" and not (parts.scheme == "http" and is_private):
        raise Forbidden("an https address is needed")
    if not parts.hostname or parts.username or parts.password or port == 0:
        raise Forbidden("a host is needed, and no user or password")
    if not url.isascii() or any(each <= " " for each in url):
        raise Forbidden("an address has no spaces and only ASCII letters")
    return parts


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet: an IPv4 address inside an IPv6 one
    counts as itself."""
    found: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        found = inside or found
    return found.is_global and not found.is_multicast and not found.is_reserved


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    private_hosts: Collection[str] = (),
    resolving: Resolve = resolve,
    largest: int = LARGEST_ANSWER,
) -> HttpAnswer:
    """Post once, and read at most `largest` bytes of the answer. Raises Forbidden or NoAnswer; any
    status is an answer."""
    parts = checked(url, private_hosts)
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = resolving(host, port)
    strange = [each for each in addresses if not is_public(each)]
    if (strange or not addresses) and host not in private_hosts:
        raise Forbidden(f"{host} has an address that is not public ({', '.join(strange)})")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _Deadline(_Pinned(host, port, addresses[0], parts.scheme == "https")) as connection:
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            text = answer.read(largest).decode("utf-8", "replace")
            return HttpAnswer(answer.status, text, answer.getheader("Retry-After"))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(f"{host} did not answer: {type(error).__name__}: {error}") from error


class _Pinned(http.client.HTTPConnection):
    """Connect to one address, under the name of its host: certificates are checked against the
    name."""

    def __init__(self, host: str, port: int, address: str, is_secure: bool) -> None:
        super().__init__(host, port, timeout=CONNECT_SECONDS)
        self._address, self._is_secure = address, is_secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), CONNECT_SECONDS)
        if self._is_secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


class _Deadline:
    """Cut a connection when its time is over, however slowly the other end goes on answering."""

    def __init__(self, connection: _Pinned) -> None:
        self._connection = connection
        self._timer = threading.Timer(ANSWER_SECONDS, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Pinned:
        self._timer.start()
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._connection.close()

    def _cut(self) -> None:
        if self._connection.sock:
            with suppress(OSError):
                self._connection.sock.shutdown(socket.SHUT_RDWR)
