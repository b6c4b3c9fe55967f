//! Stories of the generator.
