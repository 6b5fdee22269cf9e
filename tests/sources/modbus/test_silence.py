"""Who is silent: told apart by witnesses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hmi.config.modbus import ModbusTable
from hmi.sources.modbus.plan import Block
from hmi.sources.modbus.silence import Silence


def block(unit: int, start: int) -> Block:
    return Block(unit, ModbusTable.HOLDING_REGISTER, start, 1, ())


A, B, C = block(1, 0), block(1, 100), block(2, 0)


def test_the_only_block_that_times_out_is_the_link() -> None:
    assert Silence([A]).timed_out(A) is None


def test_a_block_whose_neighbour_answers_is_silent_by_itself() -> None:
    silence = Silence([A, B])
    assert silence.timed_out(A) == B
    silence.answered(B)
    assert silence.is_silent(A)
    assert not silence.is_silent(B)


def test_two_blocks_of_the_only_unit_are_enough_for_the_link() -> None:
    silence = Silence([A, B, block(1, 200)])
    assert silence.timed_out(A) is not None
    assert silence.timed_out(B) is None


def test_a_unit_is_silent_as_a_whole_when_only_another_unit_answers() -> None:
    third = block(1, 200)
    silence = Silence([A, B, third, C])
    assert silence.timed_out(A) == C, "another unit is asked first: it tells most"
    silence.timed_out(B)
    silence.answered(C)
    assert [silence.is_silent(each) for each in (A, B, third, C)] == [True, True, True, False]
    silence.unit_answered(A)
    assert not any(silence.is_silent(each) for each in (A, B, third, C))


def test_silent_blocks_are_asked_last_on_the_next_connection_but_never_forgotten() -> None:
    silence = Silence([A, B])
    silence.timed_out(A)
    silence.reconnected()
    assert silence.is_silent(A)
    assert silence.timed_out(B) is None, "nobody else is left to ask"
    silence.reconnected()
    assert not silence.is_silent(A)
    assert not silence.is_silent(B)


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3)), min_size=1, max_size=8, unique=True),
    st.sets(st.integers(0, 7)),
)
def test_whatever_is_dead_the_link_is_lost_only_if_nothing_lives(
    places: list[tuple[int, int]], dead_numbers: set[int]
) -> None:
    """Play connections against devices in which some blocks never answer, until one is served."""
    blocks = [block(unit, 100 * start) for unit, start in places]
    dead = {each for number, each in enumerate(blocks) if number in dead_numbers}
    silence = Silence(blocks)
    served = False
    for _ in range(2 * len(blocks) + 2):
        silence.reconnected()
        asked = [each for each in blocks if not silence.is_silent(each)]
        assert asked, "a connection must begin by asking somebody"
        if _first_answer(silence, asked[0], dead):
            served = True
            break
    assert served == bool(set(blocks) - dead)


def _first_answer(silence: Silence, first: Block, dead: set[Block]) -> bool:
    asked: Block | None = first
    while asked is not None:
        if asked not in dead:
            silence.answered(asked)
            return True
        asked = silence.timed_out(asked)
    return False
