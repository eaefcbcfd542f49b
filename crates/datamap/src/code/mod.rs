//! Privacy as code: export, apply and the import of Fideslang.
