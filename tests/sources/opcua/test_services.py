from __future__ import annotations

from collections.abc import Sequence

import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from hmi.sources.opcua.errors import LinkLostError, ServiceFaultError
from hmi.sources.opcua.services import in_chunks


@given(count=st.integers(0, 2000), limit=st.integers(1, 3000))
async def test_a_server_that_takes_fewer_is_asked_for_fewer(count: int, limit: int) -> None:
    async def call(part: Sequence[int]) -> list[int]:
        if len(part) > limit:
            raise ServiceFaultError(ua.StatusCodes.BadTooManyOperations, "too many")
        return [2 * each for each in part]

    assert await in_chunks(range(count), call) == [2 * each for each in range(count)]


async def test_a_refusal_for_another_reason_is_one() -> None:
    async def call(_part: Sequence[int]) -> list[int]:
        raise ServiceFaultError(ua.StatusCodes.BadServiceUnsupported, "no")

    with pytest.raises(ServiceFaultError):
        await in_chunks([1], call)


async def test_results_that_do_not_match_their_operations_end_the_link() -> None:
    async def call(part: Sequence[int]) -> list[int]:
        return list(part)[:-1]

    with pytest.raises(LinkLostError):
        await in_chunks([1, 2], call)
