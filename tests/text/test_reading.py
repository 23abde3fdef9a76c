"""Reading a batch: all findings at once, quickly, whatever the text."""

import json
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.fingerprint import signature
from monitor.text.gist import Gist
from monitor.text.normalise import normalise
from monitor.text.reading import READ_MAX, Reader, Reading
from tests.text.conftest import MATTERS, PLACES, UNITS, Read

TITLE = "白石镇停水三天没人管"
BODY = (
    "咱青溪白石镇柳林村已经停水三天了，打水务局电话一直没人接，"
    "老人孩子天天提桶去河里打水，河水还发黑。"
    "有两人喝了以后住院，网传是上游排污。恳请有关部门快来看看，别再推诿。"
)


def test_one_article_is_read_whole(read: Read) -> None:
    reading = read(BODY, TITLE)
    assert reading.score.negative > 0.5
    assert {"没人管"} <= {word.text for word in reading.score.evidence}
    assert {f.slug for f in reading.matters} == {"water", "pollution"}
    assert {f.slug for f in reading.places} == {"qingxi", "baishi"}
    assert {f.slug for f in reading.units} == {"water-bureau", "baishi-gov"}
    assert {f.slug for f in reading.cues} == {"petition", "rumour"}
    assert "停水" in reading.keywords[:3]
    assert reading.signature == signature(normalise(f"{TITLE}\n{BODY}").text)


def test_all_evidence_stands_in_its_field(read: Read) -> None:
    reading = read(BODY, TITLE)
    fields = {"title": TITLE, "body": BODY}
    quotes = [*reading.matters, *reading.places, *reading.units, *reading.cues]
    assert {quote.field for quote in quotes} == {"title", "body"}
    for quote in [*quotes, *reading.score.evidence]:
        assert fields[quote.field][quote.start : quote.end] == quote.text


def test_a_headline_weighs_more_than_a_line_of_the_body(read: Read) -> None:
    blank = "今天是星期二，会议在三楼举行。"
    above = read(blank, "臭气熏天，投诉无门")
    below = read("臭气熏天，投诉无门", blank)
    assert above.score.negative > below.score.negative


def test_a_reading_survives_json(read: Read) -> None:
    reading = read(BODY, TITLE)
    stored = json.loads(json.dumps(reading.to_json(), ensure_ascii=False))
    assert reading.gist != Gist()
    assert stored.keys().isdisjoint({"signature", "gist"})
    assert Reading.from_json(stored, reading.signature) == replace(reading, gist=Gist())


def test_a_text_is_read_alike_alone_and_in_a_batch(reader: Reader) -> None:
    texts = [(TITLE, BODY), ("", ""), ("演练", "3人被困"), ("x", "\0😀\ud83d" * 50), (BODY, TITLE)]
    assert reader.read(texts) == [reader.read([text])[0] for text in texts]
    assert reader.read([]) == []


ALPHABET = st.sampled_from(
    [*"停水青溪县白石镇被困3死人没有，。！ \n演练aA１㎡縣\ud83d", "😀", "\u200d"]
)


@settings(max_examples=200, deadline=None)
@given(title=st.text(ALPHABET, max_size=40), body=st.text(ALPHABET, max_size=200))
def test_any_text_is_read_with_true_offsets(read: Read, title: str, body: str) -> None:
    reading = read(body, title)
    fields = {"title": title, "body": body}
    quotes = [*reading.matters, *reading.places, *reading.units, *reading.cues]
    for quote in [*quotes, *reading.score.evidence]:
        assert quote.text
        assert fields[quote.field][quote.start : quote.end] == quote.text


@pytest.mark.parametrize("unit", ["停水", "死", "3死", "水到一楼", "县", "\0", "😀", "我们在二楼"])
def test_a_huge_text_is_read_in_bounded_time(read: Read, unit: str) -> None:
    begin = time.process_time()
    read(unit * (1_000_000 // len(unit)), unit * 1000)
    assert time.process_time() - begin < 5


def test_what_stands_after_the_limit_is_not_read(read: Read) -> None:
    assert read("。" * READ_MAX + "停水").matters == ()
    assert read("。" * (READ_MAX - 2) + "停水").matters != ()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_a_process_with_a_reader_stays_below_200_megabytes() -> None:
    program = (
        "from pathlib import Path\n"
        "from tests.text.conftest import MATTERS, PLACES, UNITS\n"
        "from monitor.text.reading import Reader\n"
        "r = Reader.shipped(MATTERS, PLACES, UNITS, 'x')\n"
        "r.read([('停水', '没人管' * 100)] * 100)\n"
        # ru_maxrss would carry over the peak of the process that started this one.
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(run.stdout) / 1024 <= 200


def test_a_reader_names_the_state_of_its_knowledge() -> None:
    assert Reader.shipped(MATTERS, PLACES, UNITS, "r7").revision == "r7"
