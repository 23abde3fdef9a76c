"""The pipeline that everybody writes first: one task an entry, jieba, SnowNLP, a commit each."""

import os
from functools import cache

import jieba
import pysqlite3
from celery import Celery
from snownlp import SnowNLP

app = Celery(broker=os.environ["NAIVE_BROKER"])
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)


@cache
def database() -> pysqlite3.Connection:
    connection = pysqlite3.connect(os.environ["NAIVE_DATABASE"], timeout=30)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS article"
        " (id INTEGER PRIMARY KEY, text TEXT, words TEXT, score REAL)"
    )
    connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS found USING fts5(words)")
    connection.commit()
    return connection


@app.task(name="naive")
def store(number: int, text: str) -> None:
    words = " ".join(jieba.cut(text))
    score = SnowNLP(text).sentiments
    connection = database()
    with connection:
        connection.execute("INSERT INTO article VALUES (?, ?, ?, ?)", (number, text, words, score))
        connection.execute("INSERT INTO found (rowid, words) VALUES (?, ?)", (number, words))
