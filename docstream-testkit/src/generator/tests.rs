//! Laws of the generator.
