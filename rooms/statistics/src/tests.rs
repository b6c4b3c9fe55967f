//! Stories of figures.
