"""scrubadub with its default detectors."""
import scrubadub

from common import serve

scrubber = scrubadub.Scrubber()
serve(lambda text: ((f.beg, f.end, f.type, 1.0) for f in scrubber.iter_filth(text)))
