"""One setting says where the broker is; Celery and our probes understand the same."""

import ssl
from pathlib import Path

import pytest

from monitor.stack.address import (
    Address,
    celery_settings,
    sentinel_options,
    server_options,
)

CA = Path("/etc/ssl/office.pem")


@pytest.mark.parametrize(
    ("address", "celery"),
    [
        (Address("redis://db"), "redis://db:6379/0"),
        (Address("redis://db:7000/2"), "redis://db:7000/2"),
        (Address("redis://[fd00::1]:7000/0"), "redis://[fd00::1]:7000/0"),
        (Address("redis://:geheim@db"), "redis://:geheim@db:6379/0"),
        (Address("redis://yuqing:geheim@db"), "redis://yuqing:geheim@db:6379/0"),
        (Address("redis://yuqing@db", "geheim"), "redis://yuqing:geheim@db:6379/0"),
        (Address("redis://:alt@db", "a/b@c:d"), "redis://:a%2Fb%40c%3Ad@db:6379/0"),
        (Address("rediss://db"), "rediss://db:6379/0"),
        (Address("redis+socket:///run/r.sock"), "redis+socket:///run/r.sock"),
        (
            Address("redis+socket:///run/r.sock?virtual_host=1", "geheim"),
            "redis+socket://:geheim@/run/r.sock?virtual_host=1",
        ),
        (Address("sentinel://a"), "sentinel://a:26379/0"),
        (Address("sentinel://a:1,b/3"), "sentinel://a:1/3;sentinel://b:26379/3"),
        (
            Address("sentinel://:theirs@a,b", "the server's"),
            "sentinel://:the%20server%27s@a:26379/0;sentinel://:the%20server%27s@b:26379/0",
        ),
    ],
)
def test_it_is_written_as_celery_wants_it(address: Address, celery: str) -> None:
    assert celery_settings(address)["broker_url"] == celery


def test_certificates_are_checked_by_the_named_authority_or_by_those_of_the_machine() -> None:
    plain = celery_settings(Address("redis://db", ca=CA))
    trusted = celery_settings(Address("rediss://db"))["broker_use_ssl"]
    own = celery_settings(Address("rediss://db", ca=CA))["broker_use_ssl"]
    assert plain["broker_use_ssl"] is False
    assert trusted == {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
    assert own == {**trusted, "ssl_ca_certs": str(CA)}
    assert server_options(Address("rediss://db", ca=CA))["ssl"] is True
    assert "ssl" not in server_options(Address("redis://db", ca=CA))


def test_sentinels_are_asked_with_their_own_password_and_the_server_with_its_own() -> None:
    address = Address("sentinel://:theirs@a,b", "its", CA, "office")
    finding = celery_settings(address)["broker_transport_options"]
    assert finding["master_name"] == "office"
    assert finding["sentinel_kwargs"] == sentinel_options(address)
    assert sentinel_options(address)["password"] == "theirs"
    assert sentinel_options(address)["socket_timeout"] > 0
    assert server_options(address)["password"] == "its"
    assert server_options(Address("sentinel://:theirs@a"))["password"] is None
    assert sentinel_options(Address("sentinel://a", "its"))["password"] is None


def test_naming_an_authority_encrypts_the_way_to_the_sentinels_and_to_the_server() -> None:
    address = Address("sentinel://a,b", ca=CA)
    assert celery_settings(address)["broker_use_ssl"]["ssl_ca_certs"] == str(CA)
    assert sentinel_options(address)["ssl_ca_certs"] == str(CA)
    assert celery_settings(Address("sentinel://a,b"))["broker_use_ssl"] is False


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (Address("redis://:geheim@db:6379/0"), "redis://:***@db:6379/0"),
        (Address("redis://db:6379/0", "geheim"), "redis://db:6379/0"),
        (Address("sentinel://:ge%40heim@a,b/0"), "sentinel://:***@a,b/0"),
        (Address("redis+socket:///var/%E8%88%86%E6%83%85/r"), "redis+socket:///var/舆情/r"),
    ],
)
def test_its_text_is_readable_and_shows_no_password(address: Address, text: str) -> None:
    assert str(address) == text
    assert "heim" not in repr(address)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("amqp://mq", "不认识"),
        ("redis://", "没有写主机名"),
        ("redis:///0", "没有写主机名"),
        ("sentinel://a,,b", "没有写主机名"),
        ("redis://db:port", "不是“主机:端口”"),
        ("redis://db:70000", "不是“主机:端口”"),
        ("redis://:geheim@[", "不是地址"),
        ("redis+socket://", "没有写套接字的路径"),
    ],
)
def test_what_is_no_address_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        Address(url)
    assert "geheim" not in str(caught.value)
