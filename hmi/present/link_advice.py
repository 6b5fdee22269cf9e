"""What who stands at the machine is told to do about a link that is down, by the kind of its cause.

"Is the machine on?" is the wrong question where the machine has just answered: with a certificate that nobody
has confirmed, or by refusing a log-in. The cause itself, with address and figures, is in Diagnostics.
"""

from __future__ import annotations

import functools
from typing import Final

from hmi.present import causes
from hmi.present.texts import Texts

_KINDS: Final = {
    "refused": ("refused", "refused_short"),
    "trust": ("untrusted",),
    "certificate": (
        "expired",
        "not_yet_valid",
        "size_key",
        "weak_hash",
        "other_application",
        "other_host",
        "not_for_servers",
        "unchecked",
        "endpoint_has",
    ),
    "own_certificate": ("not_let_in",),
    "stranger": ("no_proof", "weakened", "signature"),
    "login": (
        "login_refused",
        "user_certificate_refused",
        "no_anonymous",
        "password_open",
        "no_password_login",
        "no_certificate_login",
        "login_unsigned",
        "login_no_key",
    ),
    "security": ("no_endpoint",),
    "sense": (
        "agent_refuses_again",
        "agent_refuses",
        "undecodable",
        "no_namespaces",
        "results",
        "publishing_interval",
        "no_sense",
        "in_a_row",
        "checksum",
        "no_answer_among",
        "no_modbus",
        "no_http",
        "http_status",
        "no_head",
    ),
    "here": (
        "driver_defect",
        "no_folder",
        "user_key_locked",
        "user_key_kind",
        "user_key_other",
        "user_certificate",
        "secret_files",
        "keyring_silent",
        "keyring_unreadable",
        "keyring_empty",
        "login_lookup",
        "environment_lacks",
        "environment_lacks_both",
        "file_owner",
        "file_known",
        "file_none",
        "file_unreadable",
        "file_large",
        "two_settings",
        "no_rs485",
        "system_no_file",
        "system_denied",
        "system_busy",
    ),
}

KIND_OF: Final = {f"cause.{name}": kind for kind, names in _KINDS.items() for name in names}
"""Of the causes that a person at the machine can be told more about than that it may be off."""


def advice(cause: str, texts: Texts) -> str:
    """For the notice line, without address or code; of a cause not known here, what helps most often."""
    kind = _kind(cause)
    return texts.text(f"notice.link_advice.{kind}" if kind else "notice.link_detail")


@functools.lru_cache(maxsize=256)
def _kind(cause: str) -> str:
    return next((KIND_OF[each] for each in causes.known(cause) if each in KIND_OF), "")
