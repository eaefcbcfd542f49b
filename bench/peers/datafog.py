"""DataFog's core (Rust) with all its detectors."""
import datafog_core

from common import serve

serve(
    lambda text: (
        (f.codepoint_range.start, f.codepoint_range.end, f.entity_type, 1.0)
        if hasattr(f.codepoint_range, "start")
        else (f.codepoint_range[0], f.codepoint_range[1], f.entity_type, 1.0)
        for f in datafog_core.scan(text)
    )
)
