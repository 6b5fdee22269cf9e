from __future__ import annotations

import pytest

from hmi.link.messages import REFUSED, RIGHT_AGAIN, Notice
from hmi.present import notices
from hmi.present.latency import LatencyBook
from hmi.present.texts import Texts
from tests.ui.builders import Shop, epoch, machine, tag


@pytest.mark.parametrize(
    ("flaws", "title"),
    [
        (["screens/machine.yaml:4: unknown key `tile`"], "A mistake in the configuration, left out"),
        (["a.yaml:1: x", "b.yaml:2: y"], "2 mistakes in the configuration, left out"),
    ],
)
def test_what_was_left_out_at_the_start_stands_until_it_is_mended(flaws: list[str], title: str) -> None:
    shop = Shop(epoch([machine("mill")], [tag("mill", "load")], flaws=flaws))
    frame, texts = shop.frame(), Texts.of(shop.epoch)
    view = notices.notice(shop.session, frame, LatencyBook(shop.session), "", texts)
    assert (view.title, view.detail, view.calm) == (title, flaws[0], False)


def test_a_refused_configuration_is_severe_and_its_repair_is_calm() -> None:
    shop = Shop(epoch([machine("mill")], [tag("mill", "load")]))
    now = shop.clock.now().utc
    shop.session.take(Notice(now, "works", "tags.yaml:7: found the unit 'kn'", REFUSED))
    shop.session.take(Notice(now + 1, "works", "", RIGHT_AGAIN))
    right, refused = notices.entries(shop.session, Texts.of(shop.epoch))
    assert (refused.severe, right.severe) == (True, False)
    assert refused.text == "new configuration not taken: tags.yaml:7: found the unit 'kn'"
    assert right.text == "the files of the configuration are right again"
