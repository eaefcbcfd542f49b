//! Systems and recipients: the rooms and the ends of the data-flow picture.
