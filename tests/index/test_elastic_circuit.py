"""A dead cluster is asked now and then, by one."""

from monitor.index.elastic.circuit import REST_S, Circuit


class Hands:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_circuit_lets_one_try_after_a_rest_and_all_after_an_answer() -> None:
    clock = Hands()
    circuit = Circuit(clock)
    for _ in range(3):
        assert circuit.refuses() == 0
        circuit.failed()
    assert circuit.refuses() == REST_S
    clock.now += REST_S
    assert circuit.refuses() == 0
    assert circuit.refuses() > 0, "the others wait for the one that tries"
    circuit.failed()
    assert circuit.refuses() == REST_S
    clock.now += REST_S
    assert circuit.refuses() == 0
    circuit.answered()
    assert circuit.refuses() == circuit.refuses() == 0


def test_failures_with_answers_between_them_open_nothing() -> None:
    circuit = Circuit(Hands())
    for _ in range(10):
        circuit.failed()
        circuit.failed()
        circuit.answered()
    assert circuit.refuses() == 0
