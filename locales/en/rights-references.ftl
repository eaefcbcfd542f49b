# References between databases, and the drawing of where a person's data is.

rights-references = References
rights-references-lead = What no database declares: which column of one database names a row of another. Looking for a person, copies, corrections and erasures follow them like foreign keys.
rights-references-none = No reference declared
rights-references-none-text = Foreign keys inside a database are followed by themselves, and so are addresses, telephones and customer numbers. Declare what is left: a ticket’s contact, an order’s account.
rights-references-no-tables = Connect and scan a database first.
rights-reference-new = Declare a reference
rights-reference-from = Refers
rights-reference-to = To
rights-reference-at = Declared
rights-reference-table = Table
rights-reference-column = Column
rights-reference-careful = A row that refers belongs to whom the other row belongs to: an erasure of that person deletes it. Look at a plan before you rely on it.
rights-reference-declare = Declare
rights-reference-remove = Remove
rights-reference-remove-title = Remove this reference?
rights-reference-remove-text = Rows behind it are no longer found. Plans that were made with it have to be made anew.
rights-toast-reference = Declared
rights-toast-reference-removed = Removed
rights-error-reference-same = A column cannot refer to itself.
rights-error-reference-column = Choose two tables, and columns that the data map knows in them.
rights-error-reference-known = This reference is declared already.
rights-picture = How it hangs together, drawn
rights-picture-person = The person
rights-rows =
    { $n ->
        [one] one row
       *[other] { $n } rows
    }
