//! Fideslang.
