"""However the broker is reached: hints get through, queues stay short, silence is noticed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from celery import Celery
from kombu import Connection, Consumer, Queue

from config import celery as product
from config import transport
from config.transport import MOST
from monitor.stack.address import Address, celery_settings
from monitor.stack.broker import Broker
from tests.peers import redis
from tests.peers.redis import RedisServer, Sentinels
from tests.required import lacking

QUEUE = "hints"


def app(address: Address) -> Celery:
    """A Celery application that publishes as the product's does, to this broker."""
    made = Celery("tests", set_as_current=False)
    made.conf.update(celery_settings(address), task_default_queue=QUEUE)
    return made


@contextmanager
def listening(address: Address) -> Iterator[Connection]:
    """A connection that reads the queue as a worker's does; `received` on it lists the tasks."""
    with app(address).connection_for_read() as connection:
        received: list[str] = []
        consumer = Consumer(
            connection,
            [Queue(QUEUE, routing_key=QUEUE)],
            callbacks=[
                lambda _, message: (received.append(message.headers["task"]), message.ack())
            ],
            accept=["json"],
        )
        with consumer:
            connection.received = received
            yield connection


def gets_through(address: Address) -> None:
    with app(address) as sender, listening(address) as connection:
        sender.send_task("analyse", retry=False)
        while not connection.received:
            connection.drain_events(timeout=20)
        assert connection.received == ["analyse"]


@pytest.fixture(autouse=True)
def _redis() -> None:
    try:
        redis.program()
    except redis.RedisMissing as missing:
        lacking(str(missing))


def test_the_product_uses_this_transport() -> None:
    with product.app.connection_for_write() as connection:
        assert connection.get_transport_cls() is transport.Transport
    with Connection("sentinel://a", transport_options={"master_name": "x"}) as connection:
        assert connection.get_transport_cls() is transport.SentinelTransport


@pytest.mark.parametrize("password", ["", "p@ss/wo:rd 密"])
def test_with_and_without_a_password(password: str) -> None:
    with RedisServer(password) as server:
        gets_through(Address(server.url, password))


def test_over_tls_with_the_named_authority_only() -> None:
    with RedisServer("geheim", tls=True) as server:
        gets_through(Address(server.url, "geheim", server.ca))
        with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
            gets_through(Address(server.url, "geheim"))


def test_on_a_socket_with_a_password(tmp_path) -> None:
    with RedisServer("geheim", unixsocket=str(tmp_path / "r.sock")):
        gets_through(Address(f"redis+socket://{tmp_path}/r.sock", "geheim"))


def test_by_sentinels_before_and_after_they_turn_to_another_master() -> None:
    with Sentinels(password="geheim", own_password="theirs") as sentinels:
        address = Address(sentinels.url, "geheim", None, redis.MASTER)
        gets_through(address)
        sentinels.loses_its_master()
        gets_through(address)


def test_a_sentinel_that_is_gone_is_passed_over() -> None:
    with Sentinels() as sentinels:
        url = sentinels.url.replace("sentinel://", f"sentinel://127.0.0.1:{redis.free_port()},")
        gets_through(Address(url, "", None, redis.MASTER))


def test_a_queue_that_nobody_reads_keeps_its_newest_hints_and_no_more(tmp_path) -> None:
    with (broker := Broker(tmp_path)).running(), app(broker.address) as sender:
        for number in range(3 * MOST):
            sender.send_task(f"hint{number}")
        with listening(broker.address) as connection:
            assert (
                connection.default_channel.queue_declare(QUEUE, passive=True).message_count <= MOST
            )
            while len(connection.received) < MOST:
                connection.drain_events(timeout=20)
    assert connection.received == [f"hint{number}" for number in range(2 * MOST, 3 * MOST)]


def test_every_answer_of_the_broker_is_heard_of_an_empty_one_too(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[None] = []
    monkeypatch.setattr(transport, "_heard", lambda: heard.append(None))
    with (broker := Broker(tmp_path)).running(), listening(broker.address) as connection:
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=2.5)
        assert heard
        heard.clear()
        with app(broker.address) as sender:
            sender.send_task("analyse", retry=False)
        while not connection.received:
            connection.drain_events(timeout=20)
        assert heard
