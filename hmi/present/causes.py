"""What was wrong with a link, in the language of the panel.

Sources tell causes in English, with the address and the figures of the case. The wordings that occur are
known here; what is not is shown as it came, because an engineer is better served by it than by nothing.
"""

from __future__ import annotations

import re
from typing import Final

from hmi.present.texts import Texts

_KNOWN: Final = tuple(
    (re.compile(pattern), f"cause.{name}")
    for pattern, name in (
        (r"connection refused: no server listens there", "refused"),
        (r"the host name is not known", "host_unknown"),
        (r"the connection was cut", "cut"),
        (r"the server closed the connection", "closed_by_server"),
        (r"(?P<where>[\w.\-]+:\d+) closed the connection", "closed_by_device"),
        (r"the connection is closed", "closed"),
        (r"no answer while connecting", "no_answer_connecting"),
        (r"no answer while waiting for news", "no_answer_waiting"),
        (r"no answer while (?P<what>[\w ]+)", "no_answer_while"),
        (r"no answer of (?P<where>\S+) within (?P<seconds>[\d.]+) s", "no_answer"),
        (r", and a late one would mislead", "late_misleads"),
        (r", last asked ", "last_asked"),
        (r"(?P<where>\S+) does not accept a connection within (?P<seconds>[\d.]+) s", "not_accepted"),
        (r"no connection to (?P<where>\S+):", "no_connection"),
        (r"\bConnection refused\b", "refused_short"),
        (r"(?:\[Errno -?\d+\] )?Connect call failed \([^()]*\)", "unreachable"),
        (r"\bNo route to host\b", "no_route"),
        (r"\bNetwork is unreachable\b", "no_network"),
        (
            (
                r"nothing heard for (?P<seconds>[\d.]+) s, though connected: "
                r"the server is frozen or the network is cut"
            ),
            "frozen",
        ),
        (
            (
                r"a subscription has said nothing for (?P<seconds>[\d.]+) s, not even that it is alive, "
                r"as it should every (?P<period>[\d.]+) s"
            ),
            "subscription_silent",
        ),
        (r"the server's queues overflowed on (?P<count>\d+) items", "overflow"),
        (
            (
                r"the server's certificate is not trusted: compare its fingerprint (?P<digits>[0-9A-F ]+) "
                r"with the one at the machine, then run: (?P<command>twinpane trust add [0-9A-F]+)"
            ),
            "untrusted",
        ),
        (r"the server's certificate has expired on (?P<day>[^:]+:\d\d UTC): renew it there", "expired"),
        (
            (
                r"the server's certificate is not valid before (?P<day>[^,]+), and it is (?P<now>.+? UTC) "
                r"here: one of the two clocks is wrong, or the certificate is"
            ),
            "not_yet_valid",
        ),
        (
            (
                r"what answers does not hold the key of the certificate that it shows: "
                r"another device has this address, or somebody stands between"
            ),
            "no_proof",
        ),
        (
            (
                r"; it may not trust this client's certificate yet: `twinpane trust own` gives it "
                r"\((?P<digits>\w+)…\), to be trusted at the server"
            ),
            "not_let_in",
        ),
        (
            (
                r"not logged in: the server would take the password without sound encryption over a link "
                r"that is not encrypted: secure the link \(`security`\), or set up an encrypted log-in at "
                r"the server"
            ),
            "password_open",
        ),
        (
            r"the agent was started anew: its instance is (?P<now>\d+), it was (?P<before>\d+)",
            "agent_restarted",
        ),
        (r"the agent refuses again and again:", "agent_refuses_again"),
        (r"the agent refuses:", "agent_refuses"),
        (r"no whole document for (?P<seconds>[\d.]+) s, only pieces", "agent_drips"),
        (r"the agent no longer has what came from (?P<number>\d+) on", "agent_gap"),
        (r"; everything is read anew$", "read_anew"),
        (r"\breading the device model:", "while_reading_model"),
        (r"\breading the state:", "while_reading_state"),
        (r"\basking for the stream:", "while_asking_stream"),
        (r"\breading the stream:", "while_reading_stream"),
        (r"\bwaiting for news:", "while_waiting"),
        (r"\bconnecting:", "while_connecting"),
        (r"\blogging in:", "while_logging_in"),
    )
)


def in_words(cause: str, texts: Texts) -> str:
    """A cause as a source told it, what is known of it in the panel's language."""
    for pattern, text_id in _KNOWN:
        cause = pattern.sub(lambda found, text_id=text_id: _said(found, text_id, texts), cause)  # type: ignore[misc]
    return cause


def _said(found: re.Match[str], text_id: str, texts: Texts) -> str:
    return texts.text(text_id, **found.groupdict())
