# Trying detection
inspect-nav = Detection
try-title = Try detection
try-lead = Paste a text and see which personal data is found in it, why, and what the text looks like without it.
try-tab-text = A text
try-tab-column = A column
try-tab-method = How detection decides
try-text = Your text
try-text-hint = English, Chinese or both; up to 100 kB.
try-language = Language
try-language-auto = Both, by script
try-language-en = English
try-language-zh = Chinese
try-find = Find personal data
try-clear = Start again
try-promise = What you paste stays in this server's memory while it is answered. It is not stored, not logged, and leaves no trace in the ledger.
try-samples = Or start with an example
try-samples-text = The people in them are invented.
try-sample-support = Letter to customer service
try-sample-clinic = Note from a clinic
try-sample-log = Lines of a log
try-found = { $findings } of { $kinds }
try-found-findings = { $n ->
    [one] { $n } finding
   *[other] { $n } findings
  }
try-found-kinds = { $n ->
    [one] { $n } kind
   *[other] { $n } kinds
  }
try-none-title = No personal data found
try-none-text = That does not prove that there is none: detection can miss names and descriptions that only a person understands.
try-filter = What to show
try-kinds = Kinds
try-least = How sure
try-least-all = Everything
try-least-half = 50% and more
try-least-likely = 70% and more
try-least-sure = 90% and more
try-full = Show found texts in full in the list
try-legend = Sensitivity:
try-marked = In your text
try-list = Findings
try-list-none = Nothing is left with these filters.
try-unlisted = { $n ->
    [one] { $n } more finding is marked in the text.
   *[other] { $n } more findings are marked in the text.
  }
try-show-in-text = Show in the text:
try-score = How sure
try-line = line { $n }
try-checked = Check passed
try-layer-custom = Your own detector
try-layer-checked = Form and check
try-layer-pattern = Form
try-layer-grammar = Grammar
try-layer-model = Language model
try-anonymised = Your text without it
try-operator = What takes its place
try-operator-mask = Mask
try-operator-mask-hint = Dots; the kind stays recognisable.
try-operator-replace = Name the kind
try-operator-replace-hint = For example <PERSON>.
try-operator-hash = Hash
try-operator-hash-hint = A code; the same value always gets the same one.
try-operator-fake = Invent
try-operator-fake-hint = An invented value of the same form; the same value always gets the same one.
try-again = Show it so
try-copy = Copy
try-copied = Copied.
try-download = Download
try-error-empty = Paste a text first, or choose an example.
try-error-long = The text has { $n } kB. Up to 100 kB fit here; for more, use the command line: privet detect.
try-error-busy = Many texts are being read at the moment. Try again in a few seconds.
try-error-slow = This took too long. Try a shorter text.

# One column
try-column-title = Try a column
try-column-lead = Name a column and paste some of its values, and see how a scan would judge it and why.
try-column-name = Column name
try-column-store = Table or file
try-column-values = Values
try-column-values-hint = One a line; a scan looks at a few hundred. Leave empty to judge by names alone.
try-column-more = Type, comment, other columns
try-column-beside = Other columns of the table
try-column-beside-hint = With commas between them. They tell whether the table is about people.
try-column-type = Type
try-column-comment = Comment
try-column-key = It is a primary or foreign key
try-column-judge = Judge the column
try-column-masked = Values, masked as the map keeps them:
try-column-samples-text = Each shows one thing that detection looks at.
try-column-sample-pinyin = A name in abbreviated pinyin
try-column-sample-check = A name that says nothing, and values with a check digit
try-column-sample-text = Free text with personal data inside
try-column-sample-plain = A name that is not a person's
try-column-sample-name = Names of people in two scripts
try-column-error-name = Write the column's name.
try-column-error-long = That is too long; leave it at 4,000 characters.

# How detection decides
method-title = How detection decides
method-lead = What speaks for a verdict, in which order it is asked, and how far you can rely on it.
method-columns = Columns
method-step-name = Name.
method-step-name-text = Usual names in English, Chinese, pinyin and abbreviations. The words around them count: a product name is not a person's name.
method-step-comment = Comment.
method-step-comment-text = Where the name says little.
method-step-type = Type.
method-step-type-text = A date holds no e-mail address; a number holds no name.
method-step-store = Table.
method-step-store-text = Its name and its other columns show whether it is about people, about what people did, or about things.
method-step-values = Values.
method-step-values-text = A sample is checked for form and, where the issuer defines one, for the check digit. Values can decide alone, and can overrule the name.
method-step-inside = Inside.
method-step-inside-text = Notes, messages and JSON are read; the kinds found inside are listed with the share of rows, and raise the sensitivity.
method-texts = Texts
method-texts-lead = Five layers read a text. Where findings overlap, the surer one stands.
method-layer-custom = Your own detectors.
method-layer-custom-text = What your organisation taught Privet.
method-layer-checked = Form and check.
method-layer-checked-text = Numbers whose check digit is right, and forms that leave no doubt.
method-layer-pattern = Form.
method-layer-pattern-text = Forms without a check digit; words near them make them surer.
method-layer-grammar = Grammar.
method-layer-grammar-text = Postal addresses, titles, ages: how they are written in English and Chinese.
method-layer-model = Language model.
method-layer-model-text = Names of people, organisations and places. It runs on this machine; nothing is sent anywhere.
method-calibration = What the percentage means
method-calibration-text = A confidence of 90% is meant so: of ten verdicts as sure as this one, nine are right. How well that holds is measured on tables that detection was not made with; the figures are in the handbook under “How detection decides”.
method-levels = Sensitivity
method-level-personal = Data about a person.
method-level-confidential = High risk if it leaks: contact details together, finance, secrets, whereabouts.
method-level-sensitive = Named by a law as sensitive or special: health, religion, biometrics, identity numbers, data of children.
method-limits = What detection cannot do
method-limits-text = It can miss: codes without meaning, pictures, encrypted columns, and languages other than English and Chinese need your eyes. It is a help, not legal advice. What you decide on a field's page counts, and survives every later scan.
