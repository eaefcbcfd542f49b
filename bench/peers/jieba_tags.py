"""jieba's part-of-speech tags nr, ns and nt."""
import logging

import jieba
import jieba.posseg

from common import serve

jieba.setLogLevel(logging.ERROR)
jieba.initialize()


def find(text):
    at = 0
    for pair in jieba.posseg.cut(text):
        kind = next((pair.flag[:2] for tag in ("nr", "ns", "nt") if pair.flag.startswith(tag)), None)
        if kind:
            yield at, at + len(pair.word), kind, 1.0
        at += len(pair.word)


serve(find)
