"""Reaching a cluster: addresses, sign-in, TLS, several hosts, and a cluster that is not there."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.index import Access, IndexUnavailable, SearchIndex, open_index
from monitor.index.elastic import connection
from monitor.query import parse
from tests.index.shelf import article
from tests.peers.proxy import Authority, Proxy

SECRET = "s3cret-of-the-office"


@pytest.fixture
def prefix(elastic_url: str) -> str:
    return elastic_url.rpartition("/")[2]


@pytest.fixture
def proxy(elasticsearch: str) -> Iterator[Proxy]:
    with Proxy(elasticsearch) as proxy:
        yield proxy


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def secure(elasticsearch: str, authority: Authority) -> Iterator[Proxy]:
    with Proxy(elasticsearch, authority) as proxy:
        yield proxy


@pytest.fixture
def behind(prefix: str) -> Callable[..., SearchIndex]:
    """`behind(proxy, password="…")`: the index as seen through a proxy."""

    def open_(proxy: Proxy, **access: object) -> SearchIndex:
        return open_index(f"{proxy.url}/{prefix}", Access(**access))

    return open_


def works(index: SearchIndex) -> bool:
    index.create("one")
    index.write("one", [article(1)])
    index.refresh("one")
    return [hit.id for hit in index.search("one", parse("停水")).hits] == [1]


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://user:pass@es:9200/yuqing", "YUQING_INDEX_USER"),
        ("http://es:9200/Yuqing", "前缀"),
        ("http://es:9200/a/b", "前缀"),
        ("http://es:x/yuqing", "主机"),
        ("http://es:99999", "主机"),
        ("http://", "主机"),
        ("http://a:9200,,b:9200", "主机"),
    ],
)
def test_a_malformed_address_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        open_index(url)


@pytest.mark.parametrize(
    ("url", "access", "words"),
    [
        ("http://es", Access(ca=Path("ca.pem")), "https"),
        ("http://es", Access(fingerprint="AB" * 32), "https"),
        ("https://es", Access(fingerprint="AB"), "64"),
        ("https://es", Access(fingerprint="AB" * 32, ca=Path("ca.pem")), "只填一个"),
        ("https://es", Access(password="x", user="y", api_key="z"), "只填一个"),
    ],
)
def test_access_that_cannot_be_right_is_refused(url: str, access: Access, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        open_index(url, access)


def test_what_signs_in_is_in_no_representation() -> None:
    assert SECRET not in repr(Access(password=SECRET, api_key=SECRET))


def test_a_password_signs_in_and_a_wrong_one_is_said(proxy: Proxy, behind) -> None:
    proxy.demands_password("yuqing", SECRET)
    with pytest.raises(IndexUnavailable, match="YUQING_INDEX_PASSWORD"):
        behind(proxy).create("one")
    with pytest.raises(IndexUnavailable, match="YUQING_INDEX_PASSWORD"):
        behind(proxy, user="yuqing", password="wrong").create("one")
    assert works(behind(proxy, user="yuqing", password=SECRET))


def test_an_api_key_signs_in_and_a_wrong_one_is_said(proxy: Proxy, behind) -> None:
    proxy.demands_key(SECRET)
    with pytest.raises(IndexUnavailable, match="YUQING_INDEX_API_KEY"):
        behind(proxy, api_key="wrong").create("one")
    assert works(behind(proxy, api_key=SECRET))


def test_an_account_without_rights_is_said(proxy: Proxy, behind) -> None:
    proxy.forbids()
    with pytest.raises(IndexUnavailable, match="权限"):
        behind(proxy).create("one")


def test_what_signs_in_is_never_logged(proxy: Proxy, behind, caplog) -> None:
    proxy.demands_password("yuqing", SECRET)
    with caplog.at_level(logging.DEBUG):
        assert works(behind(proxy, user="yuqing", password=SECRET))
        proxy.demands_password("yuqing", "another")
        with pytest.raises(IndexUnavailable) as refused:
            behind(proxy, user="yuqing", password=SECRET).create("one")
        proxy.is_busy()
        with pytest.raises(IndexUnavailable):
            behind(proxy, user="yuqing", password=SECRET).check()
    assert SECRET not in caplog.text + str(refused.value)


def test_a_ca_file_lets_its_own_servers_in(secure: Proxy, authority, behind, tmp_path) -> None:
    assert works(behind(secure, ca=authority.file(tmp_path)))


def test_a_fingerprint_lets_its_own_server_in(secure: Proxy, authority, behind) -> None:
    assert works(behind(secure, fingerprint=authority.fingerprint))
    plain = authority.fingerprint.replace(":", "").lower()
    assert behind(secure, fingerprint=plain).count("one") == 1


def test_a_server_of_another_ca_is_not_spoken_to(secure: Proxy, behind, tmp_path) -> None:
    stranger = Authority()
    for access in (
        {"ca": stranger.file(tmp_path)},
        {"fingerprint": stranger.fingerprint},
        {},  # the public roots
    ):
        index = behind(secure, password=SECRET, user="yuqing", **access)
        with pytest.raises(IndexUnavailable, match="证书不可信"):
            index.create("one")
    assert secure.requests == []


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_cannot_be_read_is_said(secure: Proxy, behind, tmp_path, content) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    with pytest.raises(IndexUnavailable, match="YUQING_INDEX_CA"):
        behind(secure, ca=file).create("one")


def test_several_hosts_do_with_one_that_lives(proxy: Proxy, prefix: str) -> None:
    hosts = f"127.0.0.1:{closed_port()},{proxy.host},127.0.0.1:{closed_port()}"
    index = open_index(f"http://{hosts}/{prefix}")
    assert works(index)
    assert all(index.count("one") == 1 for _ in range(6))


def test_a_server_of_another_major_version_is_refused_in_one_line(proxy: Proxy, behind) -> None:
    proxy.is_version("8.19.3")
    index = behind(proxy)
    for use in (index.check, lambda: index.create("one"), lambda: index.count("one")):
        with pytest.raises(IndexUnavailable, match=r"8\.19\.3.*9\.x") as refused:
            use()
        assert "\n" not in refused.value.words
    assert {request.split()[1] for request in proxy.requests} == {"/"}
    proxy.behaves()
    assert works(index)


def test_something_else_at_the_address_is_said(proxy: Proxy, behind) -> None:
    proxy.is_a_web_page()
    with pytest.raises(IndexUnavailable, match="不是 Elasticsearch"):
        behind(proxy).check()


@pytest.mark.parametrize(
    ("status", "text", "content_type"),
    [
        (404, "<html><h1>404 Not Found</h1>nginx</html>", "text/html"),
        (400, "<html>The plain HTTP request was sent to HTTPS port</html>", "text/html"),
        (404, '{"ok":false,"message":"Unknown deployment."}', "application/json"),
        (405, '{"error":"method not allowed"}', "application/json"),
    ],
)
def test_what_a_gateway_says_is_about_the_address(
    proxy: Proxy, behind, status: int, text: str, content_type: str
) -> None:
    index = behind(proxy)
    index.create("one")
    for known in (index, behind(proxy)):
        proxy.answers(status, text, content_type)
        for use in (
            known.check,
            lambda known=known: known.create("two"),
            lambda known=known: known.write("one", [article(1)]),
        ):
            with pytest.raises(IndexUnavailable, match=r"不是 Elasticsearch.*YUQING_INDEX_URL"):
                use()
    proxy.behaves()
    assert works(index)


def test_a_cluster_that_is_not_there_is_said_with_its_address() -> None:
    port = closed_port()
    with pytest.raises(IndexUnavailable, match=f"连不上检索库 127.0.0.1:{port}"):
        open_index(f"http://127.0.0.1:{port}").check()


def test_a_silent_cluster_costs_its_time_limit_and_no_more(
    proxy: Proxy, behind, monkeypatch
) -> None:
    monkeypatch.setattr(connection, "ANSWER_S", 0.2)
    proxy.goes_silent()
    with pytest.raises(IndexUnavailable, match="没有及时回答"):
        behind(proxy).check()


def test_after_three_failures_in_a_row_nobody_asks_for_a_while(
    proxy: Proxy, behind, monkeypatch
) -> None:
    monkeypatch.setattr(connection, "ANSWER_S", 0.2)
    index = behind(proxy)
    proxy.goes_silent()
    for _ in range(3):
        with pytest.raises(IndexUnavailable, match="没有及时回答"):
            index.check()
    asked = len(proxy.requests)
    for _ in range(5):
        with pytest.raises(IndexUnavailable, match="秒后自动再试"):
            index.check()
    assert len(proxy.requests) == asked == 3


def test_a_child_of_a_fork_opens_its_own_connection(elastic_url: str) -> None:
    index = open_index(elastic_url)
    assert works(index)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            index.write("one", [article(number) for number in range(10, 60)])
            os.write(write, b"%d" % index.count("one"))
        finally:
            os._exit(0)
    own = [index.count("one") for _ in range(20)]
    os.waitpid(child, 0)
    assert os.read(read, 10) == b"51"
    os.close(read)
    os.close(write)
    assert set(own) <= set(range(1, 52))
    index.write("one", [article(3)])
    assert index.count("one") == 52


def test_threads_write_search_and_let_go_at_once(elastic_url: str) -> None:
    index = open_index(elastic_url)
    index.create("one")
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for n in range(5):
                index.write("one", [article(number * 100 + n)])
                page = index.search("one", parse("停水"), size=500, facets=True)
                assert len(page.hits) == page.total == sum(page.facets.days.values())
                index.close()
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert index.count("one") == 20
