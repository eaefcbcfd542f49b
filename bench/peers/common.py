"""The contract of `privet detect`: JSON lines {"id","text"} in, {"id","spans":[...]} out, in order.
Offsets are Unicode code points, end exclusive."""
import json
import sys


def serve(find):
    """`find(text)` yields (start, end, type, score)."""
    for line in sys.stdin:
        if not line.strip():
            continue
        question = json.loads(line)
        spans = [
            {"start": start, "end": end, "type": kind, "score": float(score)}
            for start, end, kind, score in find(question["text"])
        ]
        print(json.dumps({"id": question["id"], "spans": spans}, ensure_ascii=False))
