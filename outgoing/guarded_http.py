"""Ask servers outside: https only, no address of this network, no redirect, 5 s, capped answers.

A name is resolved once, every address of it is looked at, and the connection goes to the very
address that was looked at: a second answer of the name server changes nothing (DNS rebinding). A
host that an operator named in a setting may be this machine, for tests and proxies.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from outgoing.outbox import Unsent

SECONDS = 5.0
MOST_BYTES = 65_536
_AWAY = 30.0  # seconds until another try, where the other end says nothing of it


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """Hold what a server answered."""

    status: int
    body: bytes
    retry_after: float | None


def ask(
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    named: Collection[str] = (),
    seconds: float = SECONDS,
) -> WebAnswer:
    """Send one request and answer what came. `named` are hosts that may be of this network.

    Raises Unsent: for ever where the address is not one that may be asked, else to try again.
    """
    parts = urlsplit(url)
    host, is_secure = parts.hostname or "", parts.scheme == "https"
    if not host or parts.username or not (is_secure or (parts.scheme == "http" and host in named)):
        raise Unsent("the address must be https://host/path, without a password in it")
    port = parts.port or (443 if is_secure else 80)
    address = resolved(host, port, is_named=host in named)
    pool = _pool(is_secure, host, address, port, seconds)
    sent = {"Host": parts.netloc, "User-Agent": "Spoke", **(headers or {})}
    path = parts.path or "/"
    try:
        answer = pool.urlopen(
            method,
            f"{path}?{parts.query}" if parts.query else path,
            body,
            sent,
            retries=False,
            redirect=False,
            preload_content=False,
        )
        return WebAnswer(answer.status, _read(answer, seconds), _seconds(answer.headers))
    except (HTTPError, OSError) as error:
        raise Unsent(f"{host} does not answer: {type(error).__name__}", _AWAY) from error
    finally:
        pool.close()


def resolved(host: str, port: int, is_named: bool = False) -> str:
    """Answer the address of a host. Raises Unsent where any of its addresses is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unsent(f"{host} has no address: {error}", _AWAY) from error
    addresses = [str(each[4][0]) for each in found]
    if not is_named and not all(map(is_public, addresses)):
        raise Unsent(f"{host} is an address of a private network, which is never asked")
    return addresses[0]


def is_public(address: str) -> bool:
    """Tell whether an address lies outside, also behind the ways to write IPv4 in IPv6."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or _translated(found)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Answer the IPv4 address behind NAT64's well-known prefix."""
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _pool(
    is_secure: bool, host: str, address: str, port: int, seconds: float
) -> urllib3.HTTPConnectionPool:
    """Make a connection to the address, whose certificate must be the host's."""
    timeout = urllib3.Timeout(total=seconds)
    if not is_secure:
        return urllib3.HTTPConnectionPool(address, port, timeout=timeout)
    return urllib3.HTTPSConnectionPool(
        address, port, timeout=timeout, server_hostname=host, assert_hostname=host
    )


def _read(answer: urllib3.BaseHTTPResponse, seconds: float) -> bytes:
    """Read at most MOST_BYTES, and no longer than so many seconds in all."""
    ends, parts, size = time.monotonic() + seconds, [], 0
    for part in answer.stream(4096):
        parts.append(part)
        size += len(part)
        if size >= MOST_BYTES or time.monotonic() > ends:
            break
    return b"".join(parts)[:MOST_BYTES]


def _seconds(headers: Mapping[str, str]) -> float | None:
    said = headers.get("Retry-After", "")
    return float(said) if said.isascii() and said.isdigit() else None
