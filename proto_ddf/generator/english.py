"""The plural and the singular of English nouns, in lower case.

A word that no rule knows for sure stays as it is: "status" and "aircraft" have no ending to take off.
"""

import re

_IRREGULAR = {
    **{"person": "people", "child": "children", "man": "men", "woman": "women", "foot": "feet"},
    **{"tooth": "teeth", "mouse": "mice", "goose": "geese", "criterion": "criteria"},
    **{"phenomenon": "phenomena", "index": "indices", "vertex": "vertices", "matrix": "matrices"},
    **{"appendix": "appendices", "quiz": "quizzes", "menu": "menus", "shelf": "shelves"},
    **{"knife": "knives", "life": "lives", "wife": "wives", "half": "halves", "wolf": "wolves"},
    **{"calf": "calves", "thief": "thieves", "loaf": "loaves", "hero": "heroes"},
    **{"potato": "potatoes", "tomato": "tomatoes", "echo": "echoes", "cargo": "cargoes"},
    **{"gas": "gases", "lens": "lenses", "alias": "aliases", "canvas": "canvases"},
    **{"atlas": "atlases", "bias": "biases", "bus": "buses", "axis": "axes", "shoe": "shoes"},
    **{"salesperson": "salespeople", "movie": "movies", "cookie": "cookies", "tie": "ties"},
    **{"pie": "pies", "calorie": "calories", "zombie": "zombies", "rookie": "rookies"},
    **{"cache": "caches", "niche": "niches", "headache": "headaches", "avalanche": "avalanches"},
    **{"canoe": "canoes", "toe": "toes", "medium": "media", "taxi": "taxis"},
}
_SINGULARS = {plural: singular for singular, plural in _IRREGULAR.items()}
_SAME = frozenset(
    {"aircraft", "series", "species", "sheep", "fish", "deer", "news", "equipment", "information"}
    | {"money", "data", "metadata", "staff", "stock", "feedback", "software", "hardware"}
    | {"inventory", "usage", "weather", "traffic", "personnel", "furniture", "luggage", "baggage"}
    | {"music", "research", "evidence", "headquarters", "logistics", "analytics", "attendance"}
    | {"revenue", "income", "progress", "payroll", "rice", "chassis", "corps", "means", "history"}
    | {
        "standings",
        "premises",
        "obs",
        "content",
        "access",
        "christmas",
        "economics",
        "physics",
        "mathematics",
    }
    | {"merchandise", "machinery", "jewelry", "jewellery", "clothing", "livestock", "cattle"}
    | {
        "poultry",
        "homework",
        "mail",
        "advice",
        "knowledge",
        "spacecraft",
        "watercraft",
        "offspring",
    }
    | {"police", "rainfall", "energy", "health", "salmon", "timber", "cash", "food", "transport"}
)
_SES = r"(analy|diagno|cri|the|hypothe|parenthe|synop|progno|empha|paraly|oa|neuro|cataly)ses"
_USES = r"(stat|bon|camp|vir|cens|syllab|min|styl|cact|foc|sin|chor|surpl|apparat|exod|circ)uses"


def plural(word: str) -> str:
    """ "category" -> "categories"; a plural stays."""
    if word in _SAME or singular(word) != word:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    if re.fullmatch(f"{_SES[:-3]}sis", word):
        return f"{word[:-2]}es"
    return f"{word}es" if re.search(r"(s|x|z|ch|sh)$", word) else f"{word}s"


def singular(word: str) -> str:
    """ "categories" -> "category"; a singular stays."""
    if word in _SAME or word in _IRREGULAR:
        return word
    if word in _SINGULARS:
        return _SINGULARS[word]
    if not word.endswith("s") or len(word) < 4 or re.search(r"(ss|us|is)$", word):
        return word
    if re.fullmatch(_SES, word):
        return f"{word[:-2]}is"
    if re.search(r"[^aeiou]ies$", word) and len(word) > 4:
        return f"{word[:-3]}y"
    if re.search(r"(ss|x|ch|sh|zz)es$", word) or re.fullmatch(_USES, word):
        return word[:-2]
    return word[:-1]
