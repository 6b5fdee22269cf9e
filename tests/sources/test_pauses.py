from __future__ import annotations

import pytest

from hmi.config.credentials import Credentials
from hmi.sources.opcua.errors import LinkLostError, LoginRefusedError
from hmi.sources.opcua.refusal import AGAIN_AFTER, Refusal
from hmi.sources.pauses import Pauses


def test_pauses_grow_to_half_a_second_and_begin_again_after_a_link() -> None:
    pauses = Pauses()
    assert [pauses.next() for _ in range(4)] == [0.25, 0.5, 0.5, 0.5]
    pauses.begin_again()
    assert pauses.next() == 0.25


def test_a_refused_log_in_is_sent_again_after_a_minute_and_another_one_at_once() -> None:
    refusal, wrong = Refusal(), Credentials("panel", "wrong")
    refusal.heed(wrong, 0)
    refusal.note(LoginRefusedError("not this user"), 10)
    with pytest.raises(LinkLostError, match="not this user"):
        refusal.heed(Credentials("panel", "wrong"), 10 + AGAIN_AFTER - 1)
    refusal.heed(Credentials("panel", "right"), 11)
    refusal.heed(wrong, 10 + AGAIN_AFTER)
    refusal.heed(None, 11)
