"""Keys fall into shards as at Kinesis, and numbers are written as Kinesis writes them."""

import pytest

from eventmatch.streams.sharding import (
    HASH_KEYS,
    hash_key,
    hash_range,
    sequence_number,
    sequence_text,
    shard_id,
    shard_number,
    shard_of,
)


def test_a_hash_key_is_the_md5_of_the_partition_key() -> None:
    assert hash_key("") == 0xD41D8CD98F00B204E9800998ECF8427E
    assert hash_key("abc") == 0x900150983CD24FB0D6963F7D28E17F72


@pytest.mark.parametrize("shards", [1, 2, 3, 7, 10_000])
def test_shards_share_the_hash_keys_without_gap(shards: int) -> None:
    end = -1
    for shard in range(shards):
        first, last = hash_range(shard, shards)
        assert first == end + 1
        assert shard_of(first, shards) == shard_of(last, shards) == shard
        end = last
    assert end == HASH_KEYS - 1


def test_three_shards_are_split_as_kinesis_does() -> None:
    assert hash_range(1, 3)[0] == 113427455640312821154458202477256070485
    assert hash_range(2, 3)[0] == 226854911280625642308916404954512140970


def test_numbers_are_written_and_read_back() -> None:
    assert shard_id(12) == "shardId-000000000012"
    assert shard_number("shardId-000000000012") == 12
    numbers = [1, 9, 10, 12345, 1 << 62]
    texts = [sequence_text(number) for number in numbers]
    assert texts == sorted(texts)
    assert {len(text) for text in texts} == {56}
    assert [sequence_number(text) for text in texts] == numbers


@pytest.mark.parametrize("text", ["", "shard-0", "shardId-1", "shardId-00000000000x"])
def test_what_is_no_shard_is_none(text: str) -> None:
    assert shard_number(text) is None


@pytest.mark.parametrize("text", ["", "1", "49", "50" + "0" * 54, "49" + "0" * 53 + "x"])
def test_what_is_no_sequence_number_is_none(text: str) -> None:
    assert sequence_number(text) is None
