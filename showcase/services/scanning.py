"""Asks a virus scanner about a file before it is kept: ClamAV's daemon, where `CLAMD` says where it listens.

Without a scanner files are kept unchecked, and the staff area says so. With one that does not answer, or cannot tell,
nothing is kept: a file waits for its sender, never for luck. The bytes go over the socket (INSTREAM), so that the
scanner needs no file of ours and may be on another machine.
"""

import logging
import socket
import struct

from showcase.errors import DomainError
from showcase.extensions import settings

SECONDS = 10
"""How long a scanner may take in all before it counts as not answering."""
PIECE = 64 * 1024
LONGEST_ANSWER = 4096
CLEAN = "stream: OK"
log = logging.getLogger("showcase")


def is_on() -> bool:
    """Tell whether files are checked before they are kept."""
    return settings().clamd is not None


def check(data: bytes) -> None:
    """Let a file pass, or refuse it; does nothing where there is no scanner.

    Raises:
        DomainError: the scanner found something, or could not look.
    """
    address = settings().clamd
    if address is None:
        return
    try:
        answer = _ask(address, data)
    except OSError as error:
        log.error("the virus scanner at CLAMD does not answer: %s", type(error).__name__)
        answer = ""
    if answer == CLEAN:
        return
    if answer.endswith(" FOUND"):
        log.warning("the virus scanner found %s in a file that was sent", answer.removesuffix(" FOUND"))
        raise DomainError("The virus scanner found something harmful in this file. It was not kept.")
    if answer:
        log.error("the virus scanner at CLAMD answers: %s", answer)
    raise DomainError("Files cannot be checked for viruses at the moment, so none are taken. Try again later.")


def _ask(address: str, data: bytes) -> str:
    """Send the bytes in pieces, each after its length, and return what is answered."""
    with _connected(address) as connection:
        connection.settimeout(SECONDS)
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            connection.sendall(struct.pack(">I", len(piece)) + piece)
        connection.sendall(struct.pack(">I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            received = connection.recv(LONGEST_ANSWER)
            if not received:
                break
            answer += received
    return answer.rstrip(b"\0\n").decode(errors="replace")


def _connected(address: str) -> socket.socket:
    """Return a connection to `unix:/path` or `host:port`."""
    if address.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(SECONDS)
        try:
            connection.connect(address.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)
