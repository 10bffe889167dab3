"""Names come page by page, whatever happens between the pages."""

import base64

import pytest

from eventmatch.bus.paging import Names
from eventmatch.errors import ServiceCode, ServiceError


def all_pages(names: Names, limit: int, prefix: str | None = None) -> list[list[str]]:
    pages, token = [], None
    while True:
        page = names.page(token, limit, prefix)
        pages.append(list(page.items))
        token = page.next_token
        if token is None:
            return pages


def test_pages_in_order() -> None:
    assert all_pages(Names("edbca"), 2) == [["a", "b"], ["c", "d"], ["e"]]
    assert all_pages(Names("dbca"), 2) == [["a", "b"], ["c", "d"]]
    assert all_pages(Names(), 2) == [[]]


def test_pages_of_a_prefix() -> None:
    names = Names(["a", "ab", "abc", "abd", "ac", "b"])
    assert all_pages(names, 2, "ab") == [["ab", "abc"], ["abd"]]
    assert all_pages(names, 9, "x") == [[]]


def test_without_a_limit_a_page_has_a_hundred() -> None:
    assert len(Names(map(str, range(101))).page(None, None).items) == 100


def test_a_token_stays_good() -> None:
    names = Names("abcd")
    token = names.page(None, 2).next_token
    names.discard("b")
    names.add("bb")
    assert names.page(token, 1).items == ["bb"]
    assert names.page(token, 9).items == ["bb", "c", "d"]


def test_a_name_is_there_once() -> None:
    names = Names()
    for name in ("b", "a", "b"):
        names.add(name)
    names.discard("c")
    assert list(names) == ["a", "b"]
    assert len(names) == 2


@pytest.mark.parametrize(
    "token",
    ["garbage", "", "é", "====", base64.urlsafe_b64encode(b"a").decode(), "YWZ0ZXIg/w=="],
)
def test_a_token_that_was_never_given(token: str) -> None:
    with pytest.raises(ServiceError) as refused:
        Names("abc").page(token, 1)
    assert refused.value.code is ServiceCode.VALIDATION
    assert refused.value.message == "Parameter NextToken is not valid. Reason: Malformed request."
