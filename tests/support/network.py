"""Keeps the tests on this machine."""

import ipaddress
import socket
import sys
from typing import Any

CONNECTING = {"socket.connect", "socket.sendto", "socket.sendmsg"}
NAMING = {"socket.getaddrinfo", "socket.gethostbyname"}


class OtherMachineError(AssertionError):
    """A test tried to reach a host that is not this machine."""


def is_this_machine(host: object) -> bool:
    """Whether `host` is a loopback address, localhost, or a wildcard to listen on."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in {"", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in CONNECTING:
        # A datagram on a socket that is connected already names no address.
        address = arguments[1] if len(arguments) > 1 else None
        if arguments[0].family not in {socket.AF_INET, socket.AF_INET6} or address is None:
            return
        host = address[0]
    elif event in NAMING:
        host = arguments[0]
    else:
        return
    if not is_this_machine(host):
        raise OtherMachineError(f"a test tried to reach {host!r}: tests stay on this machine")


_installed = False


def forbid_other_machines() -> None:
    """Makes every attempt to reach another host fail, in this process and until it ends."""
    global _installed  # noqa: PLW0603 -- an audit hook cannot be removed or listed
    if not _installed:
        # The interpreter tells audit hooks of every connection, whichever library makes it.
        sys.addaudithook(_refuse)
        _installed = True
