# The reference of the API
reference-title = API reference
reference-nav = Calls
reference-version = Version
reference-name = Name
reference-kind = Type
reference-meaning = Meaning
reference-required = required
reference-scope = Scope of the token:
reference-open = Takes no token.
reference-parameters = Parameters
reference-body = Body
reference-example = Example
reference-answers = Answers
